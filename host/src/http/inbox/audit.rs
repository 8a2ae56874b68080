//! The audit log's last entries, and what can be drawn of them.

use std::path::Path;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::chart::{self, Charts};
use super::list::waiting;
use super::page::{Frame, Wrong, page as shown};
use super::text::Shown;
use super::viewer::Viewer;
use crate::audit::Follow;
use crate::gate::Gate;
use crate::http::Server;
use crate::verdict::Verdict;

/// How many entries are looked at, from the end.
const LOOK: usize = 5000;
/// How many are shown.
const MOST: usize = 100;

/// An entry as it is written. What is not there is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    ts: String,
    seq: Option<u64>,
    kind: String,
    agent: String,
    r#type: String,
    summary: String,
    decision: String,
    reason: String,
    approved: Option<bool>,
    session: String,
    id: String,
    pub(super) generation: String,
    previous: Option<String>,
    pub(super) plugins: Vec<Said>,
    approval: Option<Asked>,
    latency_us: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub(super) name: String,
    pub(super) digest: String,
    pub(super) would: Option<Would>,
}

/// What a shadow plugin would have changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Would {
    pub(super) decision: String,
    pub(super) message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    id: String,
    state: Option<String>,
    by: Option<String>,
    via: Option<String>,
}

/// An entry as it is shown.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) seq: String,
    pub(super) at: String,
    pub(super) when: String,
    pub(super) kind: String,
    /// `allow`, `hold`, `block`, or nothing.
    pub(super) verdict: &'static str,
    pub(super) outcome: &'static str,
    pub(super) what: Shown,
    pub(super) summary: Shown,
    pub(super) agent: Shown,
    pub(super) session: Shown,
    /// The address of what else happened in it.
    pub(super) session_query: String,
    pub(super) reason: Shown,
    /// What `by` did.
    pub(super) did: &'static str,
    pub(super) by: Shown,
    pub(super) via: Shown,
    pub(super) approval: String,
    pub(super) generation: String,
    pub(super) previous: String,
    pub(super) plugins: Shown,
}

impl Line {
    pub(super) fn is_swap(&self) -> bool {
        self.kind == "swap"
    }
}

/// The verdict of this name, or nothing.
pub(super) fn verdict(name: &str) -> &'static str {
    Verdict::named(name).map_or("", Verdict::as_str)
}

impl Entry {
    pub(super) fn is_swap(&self) -> bool {
        self.kind == "swap"
    }

    pub(super) fn is_decision(&self) -> bool {
        self.kind == "decision"
    }
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Self {
        let time = entry.ts.parse::<jiff::Timestamp>().ok();
        let when = time.map(|time| time.strftime("%e %b, %H:%M:%S").to_string());
        let verdict = verdict(&entry.decision);
        let approval = entry.approval.unwrap_or_default();
        let state = approval.state.as_deref();
        let outcome = match (entry.kind.as_str(), entry.approved, state) {
            ("hold", ..) => "asked",
            (_, Some(true), _) => "ran",
            (_, Some(false), Some("refused")) => "was refused",
            (_, Some(false), Some("expired")) => "expired, did not run",
            (_, Some(false), Some("cancelled")) => "was cancelled, did not run",
            (_, Some(false), _) => "did not run",
            _ => "",
        };
        let names: Vec<&str> = entry.plugins.iter().map(|p| p.name.as_str()).collect();
        let what = match (entry.r#type.is_empty(), entry.kind.as_str()) {
            (false, _) => entry.r#type.clone(),
            (true, "observation") => format!("output of {}", entry.id),
            (true, kind) => kind.to_owned(),
        };
        Line {
            verdict,
            seq: entry.seq.map_or_else(String::new, |seq| seq.to_string()),
            at: time.map_or_else(String::new, |time| time.to_string()),
            when: when.unwrap_or_default().trim().to_owned(),
            outcome,
            what: Shown::most(&what, 120),
            summary: Shown::most(&entry.summary, 160),
            agent: Shown::most(&entry.agent, 80),
            session: Shown::most(&entry.session, 80),
            session_query: form_urlencoded::Serializer::new(String::new())
                .append_pair("q", &entry.session)
                .finish(),
            reason: Shown::most(&entry.reason, 300),
            did: match state {
                Some("cancelled") => "cancelled",
                _ => "answered",
            },
            by: Shown::most(approval.by.as_deref().unwrap_or_default(), 80),
            via: Shown::most(approval.via.as_deref().unwrap_or_default(), 40),
            approval: approval.id,
            plugins: Shown::most(&names.join(", "), 200),
            generation: entry.generation,
            previous: entry.previous.unwrap_or_default(),
            kind: entry.kind,
        }
    }
}

/// The last entries, oldest first. A log that is not there has none.
pub(super) fn entries(log: &Path) -> Vec<Entry> {
    let Ok(mut follow) = Follow::last(log, LOOK) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    while let Ok(lines) = follow.next_batch() {
        if lines.is_empty() || entries.len() > 2 * LOOK {
            break;
        }
        let read = lines.iter().map(|line| serde_json::from_str(line));
        entries.extend(read.filter_map(Result::<Entry, _>::ok));
    }
    entries
}

/// The decisions among these entries, drawn.
pub(super) fn drawn<'a>(entries: impl Iterator<Item = &'a Entry>) -> Charts {
    let decisions = entries.filter(|entry| entry.is_decision());
    let read = |entry: &Entry| {
        let at = entry.ts.parse::<jiff::Timestamp>().ok()?;
        let point = (at.as_millisecond(), verdict(&entry.decision));
        Some((point, entry.latency_us))
    };
    let (points, times): (Vec<_>, Vec<_>) = decisions.filter_map(read).unzip();
    Charts {
        verdicts: chart::verdicts(&points),
        latency: chart::latency(times.into_iter().flatten().collect()),
    }
}

/// What is looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// In sessions, agents, types, ids and people.
    q: String,
    /// A verdict.
    verdict: String,
}

impl Wanted {
    fn is_in(&self, entry: &Entry) -> bool {
        let (by, approval) = entry.approval.as_ref().map_or(("", ""), |said| {
            (said.by.as_deref().unwrap_or(""), &said.id)
        });
        let texts = [
            &entry.session,
            &entry.agent,
            &entry.r#type,
            &entry.id,
            &entry.summary,
            &entry.kind,
            by,
            approval,
        ];
        let wanted = self.q.trim().to_lowercase();
        let word = wanted.is_empty()
            || texts
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted));
        let named = ["allow", "hold", "block"].contains(&self.verdict.as_str());
        word && (!named || entry.decision == self.verdict)
    }
}

#[derive(Template)]
#[template(path = "inbox/audit.html")]
struct AuditPage {
    frame: Frame,
    wanted: Wanted,
    lines: Vec<Line>,
    found: usize,
    looked: usize,
    charts: Charts,
}

/// `GET /inbox/audit`
pub(super) async fn page(
    State(server): State<Server>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Wrong> {
    let log = server.config.audit_path.clone();
    let asked = wanted.clone();
    let look = move |gate: &Gate| {
        let mut entries = entries(&log);
        let looked = entries.len();
        entries.retain(|entry| asked.is_in(entry));
        let charts = drawn(entries.iter());
        let found = entries.len();
        let lines: Vec<Line> = entries
            .into_iter()
            .rev()
            .take(MOST)
            .map(Line::from)
            .collect();
        waiting(gate.approvals()).map(|waiting| (lines, found, looked, charts, waiting))
    };
    let (lines, found, looked, charts, waiting) = server.with_gate(look).await??;
    let content = AuditPage {
        frame: Frame::of(&viewer, "audit", waiting),
        wanted,
        lines,
        found,
        looked,
        charts,
    };
    Ok(shown(Some(&viewer), StatusCode::OK, &content))
}
