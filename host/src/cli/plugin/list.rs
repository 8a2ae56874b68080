//! `coldnotch plugin list`

use serde_json::{Value, json};

use super::style::{BOLD, DIM, safe};
use super::{Outcome, release};
use crate::config::Config;
use crate::plugins::{self, Listed};
use crate::quarantine::Quarantine;

pub(super) fn run(config: &Config, json: bool) -> anyhow::Result<Outcome> {
    let (generation, listed) = plugins::list(&config.engine, &config.policy)?;
    let wards = Quarantine::open(&config.quarantine.file)?.wards();
    if json {
        let plugins: Vec<Value> = listed.iter().map(listed_json).collect();
        anstream::println!(
            "{}",
            json!({"generation": generation, "plugins": plugins, "quarantine": wards})
        );
    } else {
        listed.iter().for_each(print_listed);
        wards.iter().for_each(release::show);
        anstream::println!("{DIM}generation {generation}{DIM:#}");
    }
    Ok(Outcome::Success)
}

fn listed_json(plugin: &Listed) -> Value {
    json!({
        "name": plugin.name, "source": plugin.source, "mode": plugin.mode,
        "digest": plugin.digest, "grants": plugin.grants, "observes": plugin.observes,
        "kinds": plugin.kinds, "share": plugin.share, "locked": plugin.locked, "signers": plugin.signers,
    })
}

fn print_listed(plugin: &Listed) {
    let Listed {
        name,
        source,
        mode,
        share,
        digest,
        grants,
        observes,
        kinds,
        locked,
        signers,
    } = plugin;
    let grants = if grants.is_empty() {
        "no grants".to_owned()
    } else {
        format!("grants: {}", grants.join(", "))
    };
    let notes = if *observes { ", keeps notes" } else { "" };
    let share = share.map(|part| format!(" of {}%", part * 100.0));
    let share = share.unwrap_or_default();
    let asked = match kinds {
        Some(kinds) => format!(", asked about: {}", kinds.join(" ")),
        None => String::new(),
    };
    let locked = match (locked, signers.is_empty()) {
        (false, _) => String::new(),
        (true, true) => ", locked".to_owned(),
        (true, false) => format!(", locked, signed by {}", safe(&signers.join(", "))),
    };
    anstream::println!(
        "{BOLD}{name}{BOLD:#}  {source}  {mode}{share}, {grants}{notes}{asked}{locked}  {DIM}{}…{DIM:#}",
        &digest[..19]
    );
}
