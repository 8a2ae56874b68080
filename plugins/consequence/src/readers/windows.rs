//! PowerShell: what a command does stands in its name, a verb and a noun.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort};
use super::shell::Command;
use crate::lexicon::Senses;
use crate::words::Words;

/// Nouns of the shell itself, whose loss is none.
const ITS_OWN: [&str; 14] = [
    "Variable",
    "Alias",
    "Job",
    "Module",
    "PSSession",
    "Event",
    "Host",
    "History",
    "PSBreakpoint",
    "Transcript",
    "PSDrive",
    "TypeData",
    "FormatData",
    "Content",
];

/// Reads one command.
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    let Some((verb, noun)) = command.program().split_once('-') else {
        return;
    };
    let named = verb.starts_with(|c: char| c.is_ascii_uppercase())
        && noun.starts_with(|c: char| c.is_ascii_uppercase());
    if !named || noun == "Item" || ITS_OWN.contains(&noun) || command.has("-WhatIf") {
        return;
    }
    let object = object(command);
    let words = Words::of(noun);
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w));
    let guard = words.each().any(|s| s.any(Senses::SAFETY))
        || has(&["defender", "locker", "applocker", "conditional", "mp"]);
    let power = has(&[
        "member",
        "permission",
        "role",
        "assignment",
        "right",
        "rights",
        "policy",
        "acl",
        "credential",
        "key",
        "password",
        "delegate",
        "owner",
        "secret",
        "access",
        "admin",
    ]);
    let line = command.line();
    let deed = match verb {
        "Disable" | "Suspend" | "Stop" | "Remove" if guard => Deed::new(
            Sort::Guard,
            0.8,
            &["switches off what keeps watch (`", noun, "`)"],
            &line,
            ENDING,
        ),
        "Remove" | "Clear" | "Uninstall" | "Reset" | "Format" | "Dismount" | "Unregister"
            if !(verb == "Reset" && power) =>
        {
            Deed::new(
                Sort::Destroy,
                0.8,
                &["removes `", object, "` (", noun, ")"],
                object,
                ENDING,
            )
        }
        "Disable" | "Stop" | "Suspend" | "Revoke" | "Lock" => Deed::new(
            Sort::Destroy,
            0.65,
            &["takes `", object, "` out of use (", noun, ")"],
            object,
            ENDING.and(CHANGING),
        ),
        "Add" | "Grant" | "New" | "Set" | "Reset" | "Enable" | "Update" if power => Deed::new(
            Sort::Access,
            0.75,
            &["changes who may do what (", noun, ")"],
            object,
            GIVING,
        ),
        "Set" | "New"
            if line.contains("Forwarding")
                || line.contains("-ForwardTo")
                || line.contains("-RedirectTo")
                || line.contains("-BlindCopyTo") =>
        {
            Deed::new(
                Sort::Leak,
                0.85,
                &["sends somebody's mail on to another"],
                &line,
                CHANGING.and(Senses::SEND),
            )
        }
        _ => return,
    };
    deeds.push(deed);
}

/// What it is done to: the value of a naming option, else the first operand.
fn object(command: &Command) -> &str {
    let named = command.option(&[
        "-Identity",
        "-Name",
        "-Members",
        "-Member",
        "-User",
        "-DisplayName",
        "-Path",
        "-InputObject",
        "-VMName",
    ]);
    named.unwrap_or_else(|| match command.operand(0) {
        "" => "what the command before it found",
        first => first,
    })
}
