//! One question, and everything a person needs to answer it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::chain::{Link, Step, chain, step};
use super::list::waiting;
use super::page::{Frame, Wrong, clock, page as shown, stamp};
use super::past::{self, Past};
use super::status::Status;
use super::text::Shown;
use super::viewer::Viewer;
use super::words::{self, Fact};
use crate::approvals::{Approval, ApprovalError, Approvals, Conclusion, State as Of, Story};
use crate::http::Server;
use crate::verdict::{Cause, Opinion};

/// One of the causes.
#[derive(Debug)]
struct Because {
    message: Shown,
    code: Shown,
    plugin: Shown,
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

impl Because {
    fn of(cause: &Cause) -> Because {
        Because {
            message: Shown::new(&cause.reason.message),
            code: Shown::new(&cause.reason.code),
            plugin: Shown::new(&cause.plugin),
        }
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
        shadow: !opinion.part.counts(),
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
