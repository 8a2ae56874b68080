//! One question, and everything a person needs to answer it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::grants;
use super::list::waiting;
use super::page::{Frame, Wrong, clock, left, page as shown, stamp};
use super::past::{self, Past};
use super::text::Shown;
use super::viewer::Viewer;
use super::words::{self, Fact};
use crate::approvals::{
    Approval, ApprovalError, Approvals, Cancelled, Conclusion, Given, Mark, Part, Passage,
    State as Of, Story, Told,
};
use crate::http::Server;
use crate::printable::is_invisible;
use crate::verdict::{Cause, Opinion};

/// How far a question is, and the forms that answer it.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) id: String,
    /// Whether it still waits.
    pub(super) open: bool,
    pub(super) state: &'static str,
    /// What that means, in a sentence.
    pub(super) meaning: &'static str,
    pub(super) given: Vec<AnswerLine>,
    pub(super) quorum: u32,
    pub(super) left: String,
    pub(super) until: String,
    pub(super) ends: String,
    pub(super) digest: String,
    pub(super) answers: bool,
    pub(super) token: String,
    /// The payload, to be changed.
    pub(super) payload: String,
    /// Words of a grant to begin with; none where there can be no grant.
    pub(super) words: Option<String>,
    /// The question that was asked instead.
    pub(super) instead: Option<String>,
    /// Others that wait for exactly the same action.
    pub(super) equal: Vec<String>,
}

#[derive(Debug)]
pub(super) struct AnswerLine {
    pub(super) word: &'static str,
    pub(super) by: Shown,
    pub(super) via: Shown,
    pub(super) reason: Shown,
    pub(super) at: String,
    pub(super) when: String,
}

/// One of the causes.
#[derive(Debug)]
struct Because {
    message: Shown,
    code: Shown,
    plugin: Shown,
}

/// One link of the chain: a text, and what in it the causes point at.
#[derive(Debug)]
struct Link {
    step: Option<u32>,
    kind: Shown,
    summary: Shown,
    /// Its texts, one for each place.
    texts: Vec<LinkText>,
}

#[derive(Debug)]
struct LinkText {
    path: Shown,
    parts: Vec<(Shown, &'static str)>,
}

/// A step of the session.
#[derive(Debug)]
struct Step {
    index: u32,
    kind: Shown,
    summary: Shown,
    verdict: &'static str,
    outcome: &'static str,
    output: Shown,
    at: String,
    when: String,
    /// Whether a value of this action came from it.
    brought: bool,
}

/// What a plugin made of it.
#[derive(Debug)]
struct Said {
    plugin: Shown,
    verdict: &'static str,
    risk: String,
    outcome: &'static str,
    words: Shown,
    shadow: bool,
    digest: String,
}

#[derive(Template)]
#[template(path = "inbox/card.html")]
struct CardPage {
    frame: Frame,
    /// Why an answer was not taken.
    wrong: String,
    status: Status,
    agent: Shown,
    kind_words: Shown,
    kind: Shown,
    summary: Shown,
    intent: Option<Shown>,
    facts: Vec<Fact>,
    risk: String,
    because: Vec<Because>,
    chain: Vec<Link>,
    /// Whether the session could be told of.
    told: bool,
    steps: Vec<Step>,
    earlier: u32,
    said: Vec<Said>,
    past: Vec<Past>,
    payload: Shown,
    context: Option<Shown>,
    session: Shown,
    action_id: Shown,
    generation: String,
    asked: String,
    asked_at: String,
    asker: Shown,
    /// What became of it.
    became: Option<String>,
    next: Option<String>,
    /// The question in whose place this one was asked.
    original: Option<String>,
    /// Others that wait with the same cause.
    beside: Vec<(String, Shown)>,
    seen: u64,
}

impl Status {
    pub(super) fn of(
        approvals: &Approvals,
        approval: &Approval,
        answers: bool,
        token: String,
    ) -> Result<Status, ApprovalError> {
        let action = &approval.held.action;
        let open = approval.state == Of::Pending;
        let meaning = match approval.state {
            Of::Pending if approval.answers.is_empty() => "It waits for an answer.",
            Of::Pending => "It was approved once and waits for somebody else, too.",
            Of::Approved => "It is judged again and runs once, when the agent takes the answer.",
            Of::Refused => "It does not run.",
            Of::Expired => "Its time was over. It does not run.",
            Of::Cancelled => "It was withdrawn. It does not run.",
            Of::Consumed => "The agent took the answer, and it was judged again.",
        };
        let pretty = words::pretty(&action.payload.value());
        let mut given: Vec<AnswerLine> = approval.answers.iter().map(AnswerLine::of).collect();
        given.extend(approval.cancelled.as_ref().map(AnswerLine::of_cancelled));
        let siblings = match open {
            true => approvals.siblings(approval)?,
            false => Vec::new(),
        };
        let equal = siblings
            .into_iter()
            .filter(|other| other.digest == approval.digest);
        Ok(Status {
            id: approval.id.clone(),
            open,
            state: match approval.state {
                Of::Consumed => "approved",
                state => state.as_str(),
            },
            meaning,
            given,
            quorum: approval.quorum,
            left: left(approval.expires),
            until: stamp(approval.expires),
            ends: clock(approval.expires),
            digest: approval.digest.to_string(),
            answers,
            token,
            // What a field cannot show as it is cannot be changed in it.
            payload: match pretty.chars().any(is_hidden) {
                true => String::new(),
                false => pretty,
            },
            words: (!action.session.is_empty()).then(|| grants::suggested(action)),
            instead: approvals.instead(&approval.id)?,
            equal: equal.map(|other| other.id).collect(),
        })
    }
}

fn is_hidden(c: char) -> bool {
    c != '\n' && (c.is_control() || is_invisible(c))
}

impl AnswerLine {
    fn of(given: &Given) -> AnswerLine {
        let answer = &given.answer;
        AnswerLine {
            word: match answer.approved {
                true => "Approved",
                false => "Refused",
            },
            by: Shown::most(&answer.by, 120),
            via: Shown::most(&answer.via, 40),
            reason: Shown::new(answer.reason.as_deref().unwrap_or_default()),
            at: stamp(given.at),
            when: clock(given.at),
        }
    }

    fn of_cancelled(who: &Cancelled) -> AnswerLine {
        AnswerLine {
            word: "Cancelled",
            by: Shown::most(&who.by, 120),
            via: Shown::most(&who.via, 40),
            reason: Shown::new(""),
            at: stamp(who.at),
            when: clock(who.at),
        }
    }
}

impl Because {
    fn of(cause: &Cause) -> Because {
        Because {
            message: Shown::new(&cause.reason.message),
            code: Shown::new(&cause.reason.code),
            plugin: Shown::new(&cause.plugin),
        }
    }
}

/// The passages, those of one step together; the action itself comes last.
fn chain(story: &Story, approval: &Approval) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for Passage { step, path, parts } in &story.passages {
        let told = step.and_then(|step| story.steps.iter().find(|told| told.index == step));
        let show = |part: &Part| {
            let class = match part.mark {
                Mark::Not => "",
                Mark::Words => "words",
                Mark::Value => "value",
            };
            (Shown::new(&part.text), class)
        };
        let path = path
            .trim_start_matches("output.")
            .trim_start_matches("payload.");
        let text = LinkText {
            path: Shown::new(path),
            parts: parts.iter().map(show).collect(),
        };
        match links.last_mut().filter(|link| link.step == *step) {
            Some(link) => link.texts.push(text),
            None => links.push(Link {
                step: *step,
                kind: Shown::new(match (step, told) {
                    (None, _) => &approval.held.action.kind,
                    (Some(_), Some(told)) => &told.kind,
                    (Some(_), None) => "",
                }),
                summary: Shown::new(told.map_or("", |told| &told.summary)),
                texts: vec![text],
            }),
        }
    }
    links
}

fn step(told: &Told, story: &Story) -> Step {
    Step {
        index: told.index,
        kind: Shown::new(&told.kind),
        summary: Shown::new(&told.summary),
        verdict: match told.verdict.as_str() {
            "allow" => "allow",
            "hold" => "hold",
            _ => "block",
        },
        outcome: match (told.approved, told.succeeded) {
            (Some(false), _) => "refused by a person",
            (Some(true), Some(false)) => "approved by a person, failed",
            (Some(true), _) => "approved by a person",
            (None, Some(false)) => "failed",
            (None, _) => "",
        },
        output: Shown::new(&told.output),
        at: stamp(told.at),
        when: clock(told.at),
        brought: story.passages.iter().any(|p| p.step == Some(told.index)),
    }
}

fn said(opinion: &Opinion) -> Said {
    let assessment = opinion.outcome.as_ref().ok();
    Said {
        plugin: Shown::new(&opinion.plugin),
        verdict: match assessment.map(|a| a.verdict) {
            Some(Some(verdict)) => verdict.as_str(),
            Some(None) => "abstained",
            None => "failed",
        },
        risk: assessment.map_or_else(|| "–".to_owned(), |a| format!("{:.2}", a.risk)),
        outcome: opinion.outcome_name(),
        words: Shown::new(match &opinion.outcome {
            Ok(_) => "",
            Err(failure) => failure.words(),
        }),
        shadow: opinion.shadow,
        digest: short(&opinion.digest),
    }
}

/// The beginning of a digest: enough to tell one from another by eye.
pub(super) fn short(digest: &str) -> String {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    hex.chars().take(12).collect()
}

/// What the gate made of an action that was asked about.
fn became(conclusion: &Conclusion) -> String {
    let verdict = conclusion.judged.judgement.verdict;
    let seq = conclusion
        .seq
        .map_or_else(String::new, |seq| format!(", line {seq} of the audit log"));
    match (conclusion.approved, &conclusion.approval) {
        (None, Some(_)) => {
            "Judged again, it had a cause that was not shown, so it is asked about anew".to_owned()
        }
        (Some(true), _) => format!("It may run: judged again it was {verdict}{seq}"),
        _ => format!("It does not run{seq}"),
    }
}

/// What is read of a question, at once.
struct Read {
    approval: Approval,
    story: Option<Story>,
    past: Vec<Past>,
    conclusion: Option<Conclusion>,
    status: Status,
    original: Option<String>,
    beside: Vec<(String, Shown)>,
    waiting: u64,
    seen: u64,
}

fn read(approvals: &Approvals, id: &str, viewer: &Viewer) -> Result<Read, ApprovalError> {
    let seen = approvals.last_change()?;
    let approval = approvals.get(id)?;
    let siblings = match approval.state {
        Of::Pending => approvals.siblings(&approval)?,
        _ => Vec::new(),
    };
    let beside = siblings.into_iter().map(|other| {
        let action = &other.held.action;
        let words = match action.summary.is_empty() {
            true => words::plain(&action.kind),
            false => action.summary.clone(),
        };
        (other.id, Shown::most(&words, 120))
    });
    let answers = viewer.may_answer();
    Ok(Read {
        status: Status::of(approvals, &approval, answers, viewer.token())?,
        original: approvals.original(id)?,
        beside: beside.take(20).collect(),
        story: approvals.story(id)?,
        past: past::like(approvals, &approval)?,
        conclusion: approvals.conclusion(id)?,
        waiting: waiting(approvals)?,
        approval,
        seen,
    })
}

/// `GET /inbox/approvals/{id}`
pub(super) async fn page(
    State(server): State<Server>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, Wrong> {
    card(&server, &viewer, id, StatusCode::OK, String::new()).await
}

/// The card, and why an answer was not taken.
pub(super) async fn with_error(
    server: &Server,
    viewer: &Viewer,
    id: String,
    wrong: Wrong,
) -> Result<Response, Wrong> {
    let (status, sentence) = wrong.parts();
    card(server, viewer, id, status, sentence).await
}

async fn card(
    server: &Server,
    viewer: &Viewer,
    id: String,
    status: StatusCode,
    wrong: String,
) -> Result<Response, Wrong> {
    let looks = viewer.clone();
    let read = server
        .with_gate(move |gate| read(gate.approvals(), &id, &looks))
        .await??;
    let content = content(viewer, read, wrong);
    Ok(shown(Some(viewer), status, &content))
}

fn content(viewer: &Viewer, read: Read, wrong: String) -> CardPage {
    let Read {
        approval,
        story,
        past,
        conclusion,
        status,
        original,
        beside,
        waiting,
        seen,
    } = read;
    let held = &approval.held;
    let action = &held.action;
    let told = story.is_some();
    let story = story.unwrap_or_default();
    let context = action.context.value();
    let has_context = context
        .as_object()
        .is_some_and(|context| !context.is_empty());
    CardPage {
        frame: Frame::of(viewer, "card", waiting),
        wrong,
        status,
        original,
        beside,
        agent: Shown::most(&action.agent, 120),
        kind_words: Shown::most(&words::plain(&action.kind), 120),
        kind: Shown::new(&action.kind),
        summary: Shown::new(&action.summary),
        intent: story
            .intent
            .as_deref()
            .or(action.intent.as_deref())
            .map(Shown::new),
        facts: words::facts(action),
        risk: words::risk(held.judgement.risk),
        because: held.judgement.causes.iter().map(Because::of).collect(),
        chain: chain(&story, &approval),
        told,
        steps: story.steps.iter().map(|told| step(told, &story)).collect(),
        earlier: story.earlier,
        said: held.opinions.iter().map(said).collect(),
        past,
        payload: Shown::new(&words::pretty(&action.payload.value())),
        context: has_context.then(|| Shown::new(&words::pretty(&context))),
        session: Shown::new(&action.session),
        action_id: Shown::new(&action.id),
        generation: held.generation.to_string(),
        asked: clock(approval.since),
        asked_at: stamp(approval.since),
        asker: Shown::new(&approval.asker),
        became: conclusion.as_ref().map(became),
        next: conclusion.and_then(|conclusion| conclusion.approval),
        seen,
    }
}
