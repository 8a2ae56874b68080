//! The generation in force, its plugins, how it came to be, and what its shadows would
//! change.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::audit::{self, Entry, Line};
use super::card::short;
use super::chart::Charts;
use super::list::waiting;
use super::page::{Frame, Wrong, page as shown};
use super::text::Shown;
use super::viewer::Viewer;
use crate::gate::Gate;
use crate::http::Server;
use crate::plugins::Listed;
use crate::stats::Calls;

/// How many swaps, and how many flips, are shown.
const MOST: usize = 20;

/// A plugin in force.
#[derive(Debug)]
struct Plugin {
    name: Shown,
    source: Shown,
    mode: &'static str,
    /// Of a canary, in percent of the sessions.
    share: String,
    digest: String,
    short: String,
    kinds: Shown,
    grants: String,
    observes: bool,
    judged: u64,
    failed: u64,
    /// Each failure, how often.
    failures: String,
    /// Of the decisions it was asked about, in the log's last entries, how many it would
    /// have changed.
    recorded: usize,
    flips: usize,
}

/// A decision that shadow plugins would have changed.
#[derive(Debug)]
struct Flip {
    line: Line,
    would: Vec<Would>,
}

/// What one of them would have made of it, and why.
#[derive(Debug)]
struct Would {
    plugin: Shown,
    verdict: &'static str,
    message: Shown,
}

/// The decision, if a shadow plugin would have changed it.
fn flip(mut entry: Entry) -> Option<Flip> {
    let said = std::mem::take(&mut entry.plugins).into_iter();
    let would: Vec<Would> = said
        .filter_map(|said| {
            let would = said.would?;
            Some(Would {
                plugin: Shown::most(&said.name, 80),
                verdict: audit::verdict(&would.decision),
                message: Shown::most(&would.message, 300),
            })
        })
        .collect();
    let flipped = entry.is_decision() && !would.is_empty();
    flipped.then(|| Flip {
        line: entry.into(),
        would,
    })
}

#[derive(Template)]
#[template(path = "inbox/plugins.html")]
struct PluginsPage {
    frame: Frame,
    generation: String,
    plugins: Vec<Plugin>,
    /// Decisions of this generation.
    charts: Charts,
    swaps: Vec<Line>,
    flips: Vec<Flip>,
    /// How many flips there are.
    flipped: usize,
    looked: usize,
}

/// Calls that came to something.
const WELL: [&str; 3] = ["assessed", "abstained", "read"];

fn plugin(listed: Listed, calls: Option<&Calls>, entries: &[Entry]) -> Plugin {
    let said = || {
        let decisions = entries.iter().filter(|entry| entry.is_decision());
        let all = decisions.flat_map(|entry| &entry.plugins);
        all.filter(|said| said.name == listed.name && said.digest == listed.digest)
    };
    let (recorded, flips) = (
        said().count(),
        said().filter(|said| said.would.is_some()).count(),
    );
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
        share: listed
            .share
            .map_or_else(String::new, |part| (part * 100.0).to_string()),
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
        recorded,
        flips,
    }
}

/// `GET /inbox/plugins`
pub(super) async fn page(State(server): State<Server>, viewer: Viewer) -> Result<Response, Wrong> {
    let (log, looks) = (server.config.audit_path.clone(), viewer.clone());
    let look = move |gate: &Gate| {
        let (generation, listed) = gate.plugins();
        let (stats, entries) = (gate.stats(), audit::entries(&log));
        let plugins = listed.into_iter().map(|listed| {
            let calls = stats.plugins.get(&listed.name);
            plugin(listed, calls, &entries)
        });
        let plugins = plugins.collect();
        let own = entries
            .iter()
            .filter(|entry| entry.generation == generation);
        let charts = audit::drawn(own);
        let looked = entries.len();
        let (swaps, others): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().rev().partition(Entry::is_swap);
        let mut flips: Vec<Flip> = others.into_iter().filter_map(flip).collect();
        let flipped = flips.len();
        flips.truncate(MOST);
        waiting(gate.approvals()).map(|waiting| PluginsPage {
            frame: Frame::of(&looks, "plugins", waiting),
            generation,
            plugins,
            charts,
            swaps: swaps.into_iter().take(MOST).map(Line::from).collect(),
            flips,
            flipped,
            looked,
        })
    };
    let content = server.with_gate(look).await??;
    Ok(shown(Some(&viewer), StatusCode::OK, &content))
}
