//! Infrastructure as code and the clouds' command lines.

use super::deed::{CHANGING, Deed, ENDING, Sort};
use super::place::{is_live_place, is_trial_place};
use super::shell::Command;
use crate::lexicon::Senses;

/// Reads one `terraform`, `tofu`, `pulumi`, `cdk` or `ansible` command.
pub fn as_code(command: &Command, deeds: &mut Vec<Deed>) {
    let place = place(command);
    let verb = command
        .operands()
        .find(|o| {
            matches!(
                *o,
                "destroy"
                    | "down"
                    | "apply"
                    | "up"
                    | "state"
                    | "stack"
                    | "taint"
                    | "force-unlock"
                    | "workspace"
                    | "plan"
                    | "preview"
                    | "show"
                    | "run-all"
            )
        })
        .unwrap_or_default();
    let program = command.program();
    let destroys = verb == "destroy"
        || verb == "down"
        || verb == "apply" && command.has("-destroy")
        || command.says(&["destroy"]);
    if verb == "plan"
        || verb == "preview"
        || verb == "show"
        || program.starts_with("ansible") && command.has("--check")
    {
        return;
    }
    if destroys {
        let target: Vec<&str> = command
            .args()
            .iter()
            .filter_map(|a| {
                a.strip_prefix("-target=")
                    .or_else(|| a.strip_prefix("--target="))
            })
            .collect();
        let trial = is_trial_place(&place) && !command.args().iter().any(|a| is_live_place(a));
        if trial {
            return;
        }
        let what = if target.is_empty() {
            "all it manages".to_owned()
        } else {
            target.join(", ")
        };
        let what = if place.is_empty() {
            what
        } else {
            [&what, " in ", &place].concat()
        };
        let object = if !target.is_empty() {
            target.join(" ")
        } else if place.is_empty() {
            ALL_OF_IT.to_owned()
        } else {
            place.clone()
        };
        deeds.push(Deed::new(
            Sort::Destroy,
            0.9,
            &["destroys ", &what, ": machines, data and all"],
            &object,
            ENDING,
        ));
    } else if verb == "state" && command.says(&["rm", "delete"]) {
        let object: Vec<&str> = command.operands().skip(2).collect();
        let object = object.join(" ");
        deeds.push(Deed::new(
            Sort::Destroy,
            0.75,
            &["forgets `", &object, "`, which then runs on unmanaged"],
            &[&object, " state ", ALL_OF_IT].concat(),
            ENDING,
        ));
    } else if verb == "state" && command.says(&["push"]) {
        deeds.push(Deed::new(
            Sort::Destroy,
            0.75,
            &["overwrites what is known of the infrastructure"],
            "state",
            CHANGING.and(Senses::UPLOAD),
        ));
    } else if verb == "stack" && command.says(&["rm"])
        || verb == "workspace" && command.says(&["delete"])
    {
        let name = command.operands().last().unwrap_or_default();
        if !is_trial_place(name) {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.75,
                &["deletes `", name, "`"],
                name,
                ENDING,
            ));
        }
    } else if matches!(verb, "apply" | "up") && auto(command) && is_live_place(&place) {
        deeds.push(Deed::new(
            Sort::Destroy,
            0.65,
            &["changes `", &place, "` without showing what it changes"],
            "apply deploy rollout",
            CHANGING.and(Senses::EXEC),
        ));
    }
}

fn auto(command: &Command) -> bool {
    command.has("-auto-approve")
        || command.has("--auto-approve")
        || command.has("--yes")
        || command.has("-y")
}

/// The environment a command names: a folder, a file of variables, a stack.
fn place(command: &Command) -> String {
    let named = command.option(&[
        "-chdir",
        "-var-file",
        "--var-file",
        "--stack",
        "-s",
        "--cwd",
        "--profile",
        "-i",
        "--terragrunt-working-dir",
    ]);
    named.unwrap_or_default().to_owned()
}

/// Words for the whole of what a tool manages.
const ALL_OF_IT: &str = "environment infrastructure stack workspace cluster deployment environnement umgebung infrastruktur \
    entorno infraestructura everything";
