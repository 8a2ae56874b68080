//! What the name of a tool says of the code it is given.

use super::texts::argument;
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::words::Words;

/// The program a tool is called after.
pub(super) fn program(kind: &Words) -> Option<&str> {
    let programs = [
        "kubectl",
        "helm",
        "git",
        "docker",
        "terraform",
        "tofu",
        "pulumi",
        "aws",
        "gcloud",
        "az",
        "gh",
        "systemctl",
        "podman",
        "npm",
        "pip",
        "ansible",
        "vault",
        "mongosh",
        "psql",
        "redis",
        "restic",
        "ufw",
        "iptables",
    ];
    kind.iter().find(|w| programs.contains(w))
}

/// Fields that stand in the line without their name.
const SAID: [&str; 18] = [
    "op",
    "operation",
    "action",
    "sub",
    "subcommand",
    "verb",
    "api",
    "remote",
    "kind",
    "resource",
    "type",
    "branch",
    "ref",
    "refspec",
    "name",
    "target",
    "release",
    "volume",
];

/// `RunInstances`, `run_instances`: `run-instances`.
fn kebab(name: &str) -> String {
    Words::of(name).iter().collect::<Vec<_>>().join("-")
}

/// The lines of a notebook's cell that go to a shell, and the rest of it: `!rm x`,
/// `%%bash`. `None` when there are none.
pub(super) fn of_notebook(text: &str) -> Option<(String, String)> {
    let head = text.trim_start();
    for magic in ["%%bash", "%%sh", "%%script", "%%shell"] {
        if let Some(rest) = head.strip_prefix(magic) {
            return Some((
                rest.split_once('\n').map_or("", |(_, r)| r).to_owned(),
                String::new(),
            ));
        }
    }
    let of_shell = |l: &str| {
        let l = l.trim_start();
        let command = l.strip_prefix('!').or_else(|| l.strip_prefix("%sh "))?;
        (!command.starts_with([' ', '=', '['])).then(|| command.to_owned())
    };
    let lines: Vec<String> = text.lines().filter_map(of_shell).collect();
    let rest = text.lines().filter(|l| of_shell(l).is_none());
    (!lines.is_empty()).then(|| (lines.join("\n"), rest.collect::<Vec<_>>().join("\n")))
}

/// The command line that a tool stands for which is called after a program and
/// its verb: `git.push` with `{"branch": "main", "force": true}`.
pub(super) fn put_together(program: &str, kind: &Words, fields: &[Field]) -> String {
    let mut line = String::from(program);
    let mut flags = String::new();
    for word in kind.iter().skip_while(|w| *w != program).skip(1) {
        match word {
            "force" | "hard" | "all" => flags.extend([" --", word]),
            _ => line.extend([" ", word]),
        }
    }
    let named = |name: &str| fields.iter().find(|f| f.name() == name);
    if program == "git" && kind.iter().any(|w| w == "push") && named("remote").is_none() {
        line.push_str(" origin");
    }
    // `{"op": "RunInstances"}` is `run-instances`.
    for name in [
        "op",
        "operation",
        "action",
        "sub",
        "subcommand",
        "verb",
        "api",
    ] {
        if let Some(field) = named(name).filter(|f| f.value == Plain::Text) {
            line.extend([" ", &kebab(&field.text)]);
        }
    }
    for name in [
        "remote", "kind", "resource", "type", "branch", "ref", "refspec", "name", "target",
        "release", "service", "volume",
    ] {
        if let Some(field) = named(name).filter(|f| f.value == Plain::Text) {
            line.extend([" ", &argument(&field.text, true)]);
        }
    }
    for field in fields.iter().filter(|f| f.text.len() <= 200) {
        let name = field.name();
        if field.value == Plain::Flag(true) {
            line.extend([" --", &name.replace('_', "-")]);
        } else if let Plain::Number(_) = field.value {
            line.extend([" --", &kebab(name), "=", &field.text]);
        } else if field.value == Plain::Text && !SAID.contains(&name) {
            line.extend([" --", &kebab(name), "=", &argument(&field.text, true)]);
        }
    }
    line + &flags
}

/// True for a line that begins with a verb of the program's and not with the
/// program itself.
pub(super) fn leaves_out(program: &str, text: &str) -> bool {
    let first = text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_matches('\'');
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'; // `ec2`
    let a_word = first.starts_with(|c: char| c.is_ascii_lowercase() || c == '-')
        && first.bytes().all(letter);
    first != program
        && a_word
        && !matches!(first, "sudo" | "cd" | "env" | "echo" | "cat" | "ls")
        && !text.contains("&&")
}

/// True for tools that look texts up.
pub(super) fn is_search(kind: &Words) -> bool {
    let search = [
        "search",
        "find",
        "grep",
        "lookup",
        "suche",
        "suchen",
        "chercher",
        "buscar",
        "rechercher",
    ];
    kind.iter().any(|w| search.contains(&w)) || kind.all().any(Senses::PAPER)
}

/// Names that say nothing of what is done.
pub fn is_vague(kind: &Words) -> bool {
    const VAGUE: [&str; 29] = [
        "accion",
        "aktion",
        "tarea",
        "aufgabe",
        "ausfuehren",
        "execute",
        "call",
        "api",
        "run",
        "request",
        "query",
        "tool",
        "invoke",
        "action",
        "do",
        "perform",
        "op",
        "operation",
        "task",
        "exec",
        "function",
        "generic",
        "use",
        "use_tool",
        "dispatch",
        "ejecutar",
        "executer",
        "ausfuhren",
        "appel",
    ];
    kind.len() <= 4 && kind.iter().any(|w| VAGUE.contains(&w))
}
