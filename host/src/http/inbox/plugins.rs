//! The generation in force, its plugins, and how it came to be.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::audit::{self, Line};
use super::card::short;
use super::list::waiting;
use super::page::{Frame, Wrong, page as shown};
use super::text::Shown;
use super::viewer::Viewer;
use crate::gate::Gate;
use crate::http::Server;
use crate::plugins::Listed;
use crate::stats::Calls;

/// A plugin in force.
#[derive(Debug)]
struct Plugin {
    name: Shown,
    source: Shown,
    mode: &'static str,
    digest: String,
    short: String,
    kinds: Shown,
    grants: String,
    observes: bool,
    judged: u64,
    failed: u64,
    /// Each failure, how often.
    failures: String,
}

#[derive(Template)]
#[template(path = "inbox/plugins.html")]
struct PluginsPage {
    frame: Frame,
    generation: String,
    plugins: Vec<Plugin>,
    swaps: Vec<Line>,
    looked: usize,
}

/// Calls that came to something.
const WELL: [&str; 3] = ["assessed", "abstained", "read"];

fn plugin(listed: Listed, calls: Option<&Calls>) -> Plugin {
    let counts = || {
        let of = |calls: &'_ Calls| calls.score.clone();
        calls.map(of).unwrap_or_default()
    };
    let observed = calls.map(|calls| calls.observe.clone()).unwrap_or_default();
    let failures: Vec<(&str, u64)> = counts()
        .into_iter()
        .chain(observed)
        .filter(|(name, _)| !WELL.contains(name))
        .collect();
    let told: Vec<String> = failures
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    Plugin {
        name: Shown::new(&listed.name),
        source: Shown::new(&listed.source),
        mode: listed.mode,
        short: short(&listed.digest),
        digest: listed.digest,
        kinds: Shown::new(&match listed.kinds {
            Some(kinds) => kinds.join(", "),
            None => "every type".to_owned(),
        }),
        grants: listed.grants.join(", "),
        observes: listed.observes,
        judged: counts().values().sum(),
        failed: failures.iter().map(|(_, count)| count).sum(),
        failures: told.join(", "),
    }
}

/// `GET /inbox/plugins`
pub(super) async fn page(State(server): State<Server>, viewer: Viewer) -> Result<Response, Wrong> {
    let log = server.config.audit_path.clone();
    let look = move |gate: &Gate| {
        let (generation, listed) = gate.plugins();
        let stats = gate.stats();
        let plugins = listed.into_iter().map(|listed| {
            let calls = stats.plugins.get(&listed.name);
            plugin(listed, calls)
        });
        let entries = audit::last(&log);
        let looked = entries.len();
        let swaps = entries.into_iter().rev().filter(|line| line.is_swap());
        let swaps: Vec<Line> = swaps.take(20).collect();
        waiting(gate.approvals()).map(|waiting| {
            (
                generation,
                plugins.collect::<Vec<_>>(),
                swaps,
                looked,
                waiting,
            )
        })
    };
    let (generation, plugins, swaps, looked, waiting) = server.with_gate(look).await??;
    let content = PluginsPage {
        frame: Frame::of(&viewer, "plugins", waiting),
        generation,
        plugins,
        swaps,
        looked,
    };
    Ok(shown(Some(&viewer), StatusCode::OK, &content))
}
