//! Fields that hold code, and the text they make together.

use super::super::{command, sql, unwrap};
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};

/// The texts that may be code, each with its field's path: values of fields
/// named for it, and argument lists put together.
pub(super) fn texts(fields: &[Field], runs: bool) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    // Arguments that stand in front of their command, as sorted keys do.
    let mut ahead: Vec<(&str, String)> = Vec::new();
    for field in fields
        .iter()
        .filter(|f| f.value == Plain::Text || matches!(f.value, Plain::Number(_)))
    {
        let (stem, item) = match field
            .path
            .strip_suffix(']')
            .and_then(|p| p.rsplit_once('['))
        {
            Some((stem, _)) => (stem, true),
            None => (field.path.as_str(), false),
        };
        let name = match item {
            true => stem.rsplit('.').next().unwrap_or(stem),
            false => field.name(),
        };
        let arguments = matches!(
            name,
            "args" | "argv" | "arguments" | "params" | "parameters" | "flags"
        );
        let program = matches!(
            name,
            "program" | "binary" | "executable" | "programme" | "bin"
        );
        if arguments && (item || !field.text.contains('\n')) && !last_is_list(&texts, stem) {
            // `{"command": "rm", "args": ["-rf", "/"]}`
            let word = argument(&field.text, item);
            match texts
                .last_mut()
                .filter(|(path, _)| parent(path) == parent(stem))
            {
                Some((_, text)) => text.extend([" ", &word]),
                None => ahead.push((parent(stem), word)),
            }
            continue;
        }
        let named = field.key.any(Senses::COMMAND)
            || program && runs
            || matches!(name, "eval" | "line" | "lines")
            || name == "cmds"
            || name == "commands";
        let fits = field.value == Plain::Text || item;
        if !fits || !named && (!runs || !reads_as_command(&field.text)) {
            continue;
        }
        match texts.last_mut() {
            Some((path, text)) if item && path.as_str() == stem => {
                // A list of whole commands, or the words of one.
                let whole =
                    field.text.contains(' ') && text.contains(' ') && !text.starts_with('\'');
                text.push(if whole { '\n' } else { ' ' });
                text.push_str(&if whole {
                    field.text.clone()
                } else {
                    argument(&field.text, true)
                });
            }
            _ => {
                let mut text = field.text.clone();
                let (mine, others) = ahead.into_iter().partition(|(p, _)| *p == parent(stem));
                ahead = others;
                let mine: Vec<(&str, String)> = mine;
                for (_, word) in mine {
                    text.extend([" ", &word]);
                }
                texts.push((stem.to_owned(), text));
            }
        }
    }
    // Arguments of no command: those of the program the tool is called after.
    if runs && texts.is_empty() && !ahead.is_empty() {
        let words: Vec<String> = ahead.into_iter().map(|(_, word)| word).collect();
        texts.push(("payload".to_owned(), words.join(" ")));
    }
    texts
}

fn last_is_list(texts: &[(String, String)], stem: &str) -> bool {
    texts.last().is_some_and(|(path, _)| path == stem)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(p, _)| p)
}

/// A list's item is one word, whatever stands in it.
pub(super) fn argument(text: &str, item: bool) -> String {
    if item && text.contains(|c: char| c.is_whitespace() || "'\"$`;|&<>(){}*".contains(c)) {
        unwrap::quote(&[text.to_owned()])
    } else {
        text.to_owned()
    }
}

/// True for a text in a field of any name that begins like a command line or a
/// statement: programs whose names are no words of prose.
fn reads_as_command(text: &str) -> bool {
    const PROGRAMS: [&str; 44] = [
        "rm",
        "sudo",
        "curl",
        "wget",
        "git",
        "kubectl",
        "helm",
        "docker",
        "terraform",
        "aws",
        "gcloud",
        "az",
        "psql",
        "mysql",
        "systemctl",
        "bash",
        "sh",
        "chmod",
        "chown",
        "dd",
        "ssh",
        "scp",
        "rsync",
        "npm",
        "pip",
        "python",
        "python3",
        "node",
        "iptables",
        "ufw",
        "crontab",
        "nc",
        "gh",
        "redis-cli",
        "mongosh",
        "tofu",
        "pulumi",
        "ansible-playbook",
        "podman",
        "mkfs",
        "shred",
        "useradd",
        "usermod",
        "powershell",
    ];
    let head = crate::finding::short(text, 300);
    let mut words = head.split_whitespace();
    let first = words.next().unwrap_or_default();
    PROGRAMS.contains(&command::name(first)) && words.next().is_some()
        || !sql::statements(head).is_empty()
}
