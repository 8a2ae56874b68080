//! The command lines of code hosts: `gh`, `glab`.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort};
use super::shell::Command;
use crate::lexicon::Senses;

/// Reads one command of a code host's tool (`gh`, `glab`, `hub`).
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    let (noun, verb) = (command.operand(0), command.operand(1));
    let thing = command.operand(2);
    let deed = match (noun, verb) {
        ("repo" | "project", "delete" | "archive") => Some(Deed::new(
            Sort::Destroy,
            0.85,
            &["deletes the repository `", thing, "` for everybody"],
            thing,
            ENDING,
        )),
        ("release" | "gist" | "issue" | "label" | "cache" | "run" | "ruleset", "delete") => {
            Some(Deed::new(
                Sort::Destroy,
                0.65,
                &["deletes the ", noun, " `", thing, "`"],
                &[noun, " ", thing].concat(),
                ENDING,
            ))
        }
        ("repo", "edit" | "create")
            if command.option(&["--visibility"]) == Some("public") || command.has("--public") =>
        {
            Some(Deed::new(
                Sort::Publish,
                0.85,
                &["shows the repository `", thing, "` to everybody"],
                "public open publish",
                CHANGING.and(Senses::PUBLISH).and(Senses::SHARE),
            ))
        }
        ("gist", "create") if command.has("--public") || command.flag('p') => Some(Deed::new(
            Sort::Publish,
            0.75,
            &["shows it to everybody"],
            "gist public publish",
            CHANGING.and(Senses::PUBLISH).and(Senses::SHARE),
        )),
        ("pr" | "mr", "merge" | "approve") if !command.has("--admin") => {
            Some(merges("merges what others look at"))
        }
        ("pr" | "mr", "review") if command.has("--approve") || command.flag('a') => {
            Some(merges("approves what others rely on being looked at"))
        }
        ("pr" | "mr", "merge") if command.has("--admin") => Some(Deed::new(
            Sort::Guard,
            0.8,
            &[
                "merges `",
                thing,
                "` around the reviews and checks it needs",
            ],
            "admin bypass override",
            ENDING.and(Senses::MAKE),
        )),
        ("ssh-key" | "gpg-key" | "deploy-key", "add") => Some(Deed::new(
            Sort::Access,
            0.75,
            &["adds a key that may log in"],
            "key keys deploy",
            GIVING,
        )),
        ("repo", "deploy-key") => Some(Deed::new(
            Sort::Access,
            0.75,
            &["adds a key that may log in"],
            "key",
            GIVING,
        )),
        ("secret" | "variable", "delete" | "remove") => Some(Deed::new(
            Sort::Destroy,
            0.7,
            &["deletes the ", noun, " `", thing, "`"],
            thing,
            ENDING,
        )),
        ("workflow", "disable") => Some(Deed::new(
            Sort::Guard,
            0.7,
            &["switches off the checks `", thing, "`"],
            "workflow workflows",
            ENDING,
        )),
        ("auth", "token") => None,
        ("api", _) => {
            let path = command.operands().skip(1).find(|o| o.contains('/'));
            return super::http::by_command(command, path.unwrap_or_default(), deeds);
        }
        _ => None,
    };
    deeds.extend(deed);
}

/// "Look at pull request 12" asks neither for its merge nor for its approval.
fn merges(does: &str) -> Deed {
    Deed::new(
        Sort::Change,
        0.7,
        &[does],
        "merge merged land ship squash approve approval release fusionne fusionner integre fusionar fusiona aprueba aprobar mergen mergt merge \
        zusammenfuhren genehmige freigeben approuve approuver automerge",
        Senses::MERGE
            .and(Senses::MEND)
            .and(Senses::UPDATE)
            .and(Senses::MAKE)
            .and(Senses::APPROVE)
            .and(Senses::GRANT)
            .and(Senses::PUBLISH)
            .and(Senses::ANNOUNCE),
    )
}
