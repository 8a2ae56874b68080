//! Readers of code: what commands, statements, requests and scripts in the
//! arguments would do.
//!
//! - [`code`]: which fields hold code, and of what sort
//! - [`shell`], [`unwrap`], [`command`]: shell text as simple commands
//! - [`sql`]: statements; [`calls`], [`script`]: code; [`http`]: requests
//! - [`files`], [`git`], [`code_host`], [`cluster`], [`infra`], [`cloud`],
//!   [`host`], [`guards`], [`network`], [`secrets`], [`packages`],
//!   [`databases`]: the programs, by what they deal with
//! - [`change`]: daily work that changes systems
//! - [`written`]: files a tool writes
//! - [`path`]: what a path is worth; [`place`]: whether others rely on a place
//! - [`deed`]: what they all find

pub mod calls;
pub mod change;
pub mod cloud;
pub mod cluster;
pub mod code;
pub mod code_host;
pub mod command;
pub mod databases;
pub mod deed;
pub mod files;
pub mod git;
pub mod guards;
pub mod host;
pub mod http;
pub mod infra;
pub mod network;
pub mod packages;
pub mod path;
pub mod place;
pub mod script;
pub mod secrets;
pub mod shell;
pub mod sql;
pub mod unwrap;
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
    for (i, command) in commands.iter().enumerate() {
        if command.program() == "cd" {
            place::of_words(command.args().iter(), &mut place);
        }
        if command.is_trial() {
            continue;
        }
        let first = deeds.len();
        of_command(command, &commands[..i], deeds);
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
