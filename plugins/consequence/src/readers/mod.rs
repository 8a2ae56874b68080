//! Readers of code: what commands, statements, requests and scripts in the
//! arguments would do.
//!
//! - [`code`]: which fields hold code, and of what sort
//! - [`shell`], [`unwrap`], [`command`]: shell text as simple commands
//! - [`sql`]: statements; [`calls`], [`script`]: code; [`http`]: requests
//! - [`files`], [`git`], [`code_host`], [`cluster`], [`infra`], [`cloud`],
//!   [`host`], [`guards`], [`network`], [`secrets`], [`packages`],
//!   [`databases`]: the programs, by what they deal with
//! - [`windows`], [`devices`]: PowerShell, and lines of routers and switches
//! - [`change`]: daily work that changes systems
//! - [`written`]: files a tool writes; [`edit`]: what a change takes out and
//!   puts in; [`weaken`]: what that does to checks, doors and tests
//! - [`path`]: what a path is worth; [`place`]: whether others rely on a place
//! - [`deed`]: what they all find; [`context`]: what earlier outputs say of it

pub mod calls;
pub mod change;
pub mod cloud;
pub mod cluster;
pub mod code;
pub mod code_host;
pub mod command;
pub mod context;
pub mod databases;
pub mod deed;
pub mod devices;
pub mod edit;
pub mod files;
pub mod git;
pub mod guards;
pub mod host;
pub mod http;
pub mod infra;
mod loose;
pub mod network;
pub mod packages;
pub mod path;
pub mod place;
pub mod script;
pub mod secrets;
pub mod shell;
pub mod sql;
pub mod unwrap;
pub mod weaken;
pub mod windows;
pub mod written;

#[cfg(test)]
mod table;

use crate::lexicon::Senses;
use deed::{Deed, ENDING, GIVING, Sort};
use shell::Command;
use sql::{Act, Statement};

/// What the commands of one text do, the ones in front given to each.
pub fn of_commands(commands: &[Command], deeds: &mut Vec<Deed>) {
    let mut place = String::new();
    let mut folder = "";
    for (i, command) in commands.iter().enumerate() {
        if command.program() == "cd" {
            place::of_words(command.args().iter(), &mut place);
            folder = command.operand(0);
        }
        if command.is_trial() {
            continue;
        }
        let first = deeds.len();
        of_command(command, &commands[..i], deeds);
        if in_passing(command, folder) {
            let mut at = 0;
            deeds.retain(|d| {
                at += 1;
                at <= first || d.sort != Sort::Destroy
            });
        }
        for deed in &mut deeds[first..] {
            if deed.text.is_empty() {
                deed.text = command.line();
            }
            deed.place.push_str(&place);
            place::of_words(
                command.words.iter().chain(&command.variables),
                &mut deed.place,
            );
            if let Some(host) = &command.host {
                deed.host = Some(host.clone());
                deed.does.push_str(" on `");
                deed.does.push_str(host);
                deed.does.push('`');
            }
        }
    }
    network::fetched_and_run(commands, deeds);
    secrets::substituted(commands, deeds);
}

/// True for what is done to the files of a folder made to be thrown away.
fn in_passing(command: &Command, folder: &str) -> bool {
    let throwaway = folder.len() > 1 && path::worth(folder) == path::Worth::Made;
    let here = |o: &str| !o.starts_with(['/', '~', '$']) && !o.contains("..");
    throwaway
        && match command.program() {
            "git" => command.operand(0) != "push",
            "rm" | "find" | "truncate" | "shred" => command.operands().all(here),
            _ => false,
        }
}

fn of_command(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    match command.program() {
        "git" => {
            git::read(command, deeds);
            git::elsewhere(command, before, deeds);
        }
        "gh" | "glab" | "hub" => code_host::read(command, deeds),
        "kubectl" | "oc" | "k" | "k3s" => cluster::kubectl(command, deeds),
        "helm" | "helm3" => cluster::helm(command, deeds),
        "docker" | "podman" | "docker-compose" | "nerdctl" => cluster::docker(command, deeds),
        "terraform" | "tofu" | "pulumi" | "cdk" | "terragrunt" | "cdktf" | "sst" | "serverless"
        | "sls" | "ansible-playbook" | "vagrant" | "eksctl" => infra::as_code(command, deeds),
        "aws" | "gcloud" | "az" | "gsutil" | "doctl" | "heroku" | "fly" | "flyctl" | "vercel"
        | "s3cmd" | "mc" | "openstack" | "vault" | "linode-cli" | "hcloud" | "scw" | "oci"
        | "ibmcloud" | "railway" | "netlify" | "wrangler" | "supabase" | "firebase" => {
            cloud::cloud(command, deeds);
        }
        _ => {}
    }
    files::read(command, before, deeds);
    host::read(command, deeds);
    network::read(command, before, deeds);
    packages::read(command, deeds);
    databases::read(command, deeds);
    change::read(command, deeds);
    windows::read(command, deeds);
    devices::read(command, deeds);
    for edit in edit::of_command(command) {
        weaken::read(&edit, deeds);
    }
    for statement in databases::statements(command, before) {
        deeds.extend(of_statement(&statement));
    }
    if let Some(text) = script_of(command, before) {
        let first = deeds.len();
        let shells = script::read(&text, deeds);
        let live = |a: &String| !a.contains(' ') && place::is_live_place(a);
        if !command.args().iter().chain(&command.variables).any(live) {
            script::forgive(deeds, first);
        }
        for inner in shells {
            // One level: a script that writes a script is judged by its calls.
            for command in shell::commands(&inner) {
                files::read(&command, &[], deeds);
                network::read(&command, &[], deeds);
            }
        }
    }
}

/// The script a command runs: `python -c '…'`, `node -e '…'`, `python <<EOF`.
fn script_of(command: &Command, before: &[Command]) -> Option<String> {
    let program = command.program();
    let runs = program.starts_with("python")
        || matches!(
            program,
            "node" | "nodejs" | "deno" | "bun" | "perl" | "ruby" | "php"
        );
    if !runs {
        return None;
    }
    let inline = command
        .option(&["-c", "-e", "--eval", "-r"])
        .map(str::to_owned);
    let piped = || {
        if command.piped && command.operands().all(|o| o == "-") {
            unwrap::said(before)
        } else {
            None
        }
    };
    inline.or_else(|| command.fed.clone()).or_else(piped)
}

fn is_strong(statement: &str) -> bool {
    let upper = statement.to_ascii_uppercase();
    upper.contains("SUPERUSER") && !upper.contains("NOSUPERUSER")
        || upper.starts_with("GRANT ALL")
        || upper.contains("WITH GRANT OPTION")
        || upper.contains("WITH ADMIN OPTION")
        || upper.contains("CREATEROLE")
        || upper.contains("BYPASSRLS")
}

/// What a statement does.
pub fn of_statement(statement: &Statement) -> Option<Deed> {
    let object = statement.object.as_str();
    if place::is_trial_place(object) && statement.act != Act::Reach && statement.act != Act::Grant {
        return None;
    }
    let mut deed = match statement.act {
        Act::Drop => Deed::new(
            Sort::Destroy,
            0.9,
            &["drops `", object, "` for good"],
            object,
            Senses::DELETE.and(Senses::REMOVE),
        ),
        Act::Replace => Deed::new(
            Sort::Destroy,
            0.75,
            &["puts other rows in the place of all in `", object, "`"],
            object,
            ENDING.and(deed::CHANGING).and(Senses::MEND),
        ),
        Act::Delete if !statement.limited => Deed::new(
            Sort::Destroy,
            0.9,
            &["deletes every row of `", object, "`"],
            "all every everything empty whole entire",
            ENDING,
        ),
        Act::Delete => Deed::new(
            Sort::Destroy,
            0.7,
            &["deletes rows of `", object, "`"],
            object,
            ENDING,
        ),
        Act::Update if !statement.limited => Deed::new(
            Sort::Destroy,
            0.8,
            &["changes every row of `", object, "`"],
            "all every everyone everybody whole entire",
            Senses::UPDATE.and(Senses::MAKE).and(Senses::WHOLE),
        ),
        Act::Update => Deed::work(&["changes rows of `", object, "`"]),
        Act::Grant => {
            // "Let report read the schema" does not ask for all there is.
            let strong = is_strong(&statement.text);
            let wanted = if strong {
                "superuser admin administrator all full owner write root todos tous alle"
            } else {
                object
            };
            let does = if strong {
                "gives full power to `"
            } else {
                "gives power or a way in to `"
            };
            Deed::new(Sort::Access, 0.85, &[does, object, "`"], wanted, GIVING)
        }
        Act::Unguard => Deed::new(
            Sort::Guard,
            0.8,
            &["switches off what guards `", object, "`"],
            object,
            ENDING,
        ),
        Act::Reach => Deed::new(
            Sort::Leak,
            0.85,
            &[
                "takes data or commands out of the database (`",
                object,
                "`)",
            ],
            object,
            Senses::MAKE.and(Senses::SEND).and(Senses::SHARE),
        ),
    };
    deed.text = statement.text.clone();
    Some(deed)
}
