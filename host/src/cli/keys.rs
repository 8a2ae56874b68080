//! `coldnotch keys create|link|list|revoke`

use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::Outcome;
use super::style::{BOLD, CARE, DIM, safe};
use crate::approvals::{Approvals, Secret, SignIn};
use crate::config::Config;
use crate::keys::{Keys, Right, Role, now};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a key and prints it, this once
    #[command(after_help = "Roles:\n  \
agent     sends actions and outputs, asks what became of them; never answers\n  \
approver  reads approvals and answers them\n  \
operator  what an approver does, and ends what others asked\n  \
auditor   reads everything, changes nothing\n\n\
Example:\n  coldnotch keys create support-bot --role agent --for 720h")]
    Create {
        /// Whose key it is; records say `key:NAME`
        name: String,
        /// What it may do
        #[arg(long, value_enum)]
        role: Chosen,
        /// End it after this time
        #[arg(long = "for", value_name = "TIME", value_parser = super::time)]
        time: Option<Duration>,
    },
    /// Prints a link that signs somebody in to the inbox, once
    #[command(
        after_help = "The link stands for the key of this name and works for ten minutes. \
Whoever has it is that person: send it as you would a key.\n\n\
Example:\n  coldnotch keys link ana"
    )]
    Link {
        /// Whose key it stands for
        name: String,
    },
    /// Lists the keys there are
    List,
    /// Ends a key at once, on a running server, too
    Revoke {
        /// Whose key it is
        name: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Chosen {
    Agent,
    Approver,
    Operator,
    Auditor,
}

impl From<Chosen> for Role {
    fn from(chosen: Chosen) -> Self {
        match chosen {
            Chosen::Agent => Role::Agent,
            Chosen::Approver => Role::Approver,
            Chosen::Operator => Role::Operator,
            Chosen::Auditor => Role::Auditor,
        }
    }
}

impl Command {
    pub(super) fn run(self, config: &Config, as_json: bool) -> anyhow::Result<Outcome> {
        let path = &config.server.keys;
        match self {
            Command::Create { name, role, time } => {
                let role = Role::from(role);
                let secret = Keys::create(path, &name, role, time)?;
                match as_json {
                    true => {
                        let made = json!({"name": name, "role": role.as_str(), "key": secret});
                        anstream::println!("{made}");
                    }
                    false => {
                        anstream::println!("{secret}");
                        anstream::eprintln!(
                            "{DIM}The key of {}, role {role}. It is shown this once and kept nowhere.{DIM:#}",
                            safe(&name)
                        );
                    }
                }
            }
            Command::Link { name } => {
                let (link, until) = link(config, &name)?;
                match as_json {
                    true => anstream::println!("{}", json!({"link": link, "expires": until})),
                    false => {
                        anstream::println!("{link}");
                        anstream::eprintln!(
                            "{DIM}It signs {} in once, until {until}.{DIM:#}",
                            safe(&name)
                        );
                    }
                }
            }
            Command::List => list(&Keys::load(path)?, as_json),
            Command::Revoke { name } => {
                Keys::revoke(path, &name)?;
                match as_json {
                    true => anstream::println!("{}", json!({"revoked": name})),
                    false => anstream::println!("revoked {}", safe(&name)),
                }
            }
        }
        Ok(Outcome::Success)
    }
}

/// How long a link works, in milliseconds.
const LINK: u64 = 10 * 60_000;

/// A link that stands for this key, and when it ends.
fn link(config: &Config, name: &str) -> anyhow::Result<(String, String)> {
    let keys = Keys::load(&config.server.keys)?;
    let Some(key) = keys.all().iter().find(|key| key.name == name) else {
        bail!("there is no key '{}'", safe(name));
    };
    if key.is_over(now()) {
        bail!("the key '{}' is over", safe(name));
    }
    if !key.role.may(Right::Read) {
        bail!(
            "'{}' is an agent's key, and the inbox is for people",
            safe(name)
        );
    }
    if config.approvals.store.is_none() {
        bail!(
            "approvals are kept in memory (`approvals.store` is \"off\"); a server cannot see a link made here"
        );
    }
    let secret = Secret::fresh().context("the system gives no randomness")?;
    let approvals = Approvals::new(config.approvals.clone());
    let millis = crate::judge::now(); // by the clock of those who share the approvals
    let who = SignIn {
        name: key.name.clone(),
        key: key.fingerprint().to_owned(),
        expires: millis + LINK,
    };
    approvals.invite(&secret, &who, millis)?;
    let until = now() + jiff::SignedDuration::from_millis(i64::try_from(LINK)?);
    let server = &config.server;
    let scheme = if server.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let base = server.public_url.clone();
    let base = base.unwrap_or_else(|| format!("{scheme}://{}", server.listen));
    let link = format!("{base}/inbox/link?secret={}", secret.text());
    Ok((link, until.to_string()))
}

fn list(keys: &Keys, as_json: bool) {
    if keys.all().is_empty() && !as_json {
        anstream::println!("{DIM}there are no keys{DIM:#}");
    }
    for key in keys.all() {
        let expires = key.expires.map(|at| at.to_string());
        if as_json {
            let told = json!({"name": key.name, "role": key.role.as_str(),
                "created": key.created.to_string(), "expires": expires});
            anstream::println!("{told}");
            continue;
        }
        let end = match expires {
            Some(at) if key.is_over(now()) => format!("{CARE}over since {at}{CARE:#}"),
            Some(at) => format!("until {at}"),
            None => "no end".to_owned(),
        };
        let role = key.role;
        anstream::println!(
            "{BOLD}{}{BOLD:#} {role} {DIM}since {}, {end}{DIM:#}",
            safe(&key.name),
            key.created
        );
    }
}
