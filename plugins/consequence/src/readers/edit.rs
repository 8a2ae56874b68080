//! What a change to a file takes out and puts in, from whatever an action says
//! of it: an old and a new text, a diff, a substitution, or a whole content.

use super::shell::Command;
use crate::finding::short;
use crate::payload::{Field, Plain};

/// A change to one file.
#[derive(Debug, Default, PartialEq)]
pub struct Edit {
    /// The file, empty when nothing names it.
    pub path: String,
    /// Lines that go, as far as the action shows them.
    pub removed: String,
    /// Lines that come.
    pub added: String,
}

/// Names of fields that say which file.
const PATHS: [&str; 17] = [
    "path",
    "file",
    "filename",
    "file_name",
    "file_path",
    "filepath",
    "target_file",
    "dest",
    "destination",
    "fichier",
    "datei",
    "archivo",
    "chemin",
    "pfad",
    "ruta",
    "f",
    "target",
];

/// Names of fields with what stood there.
const BEFORE: [&str; 12] = [
    "old_str",
    "old_string",
    "old_text",
    "old",
    "find",
    "search",
    "before",
    "original",
    "vorher",
    "avant",
    "antes",
    "alt",
];

/// Names of fields with what stands there afterwards.
const AFTER: [&str; 23] = [
    "content",
    "contents",
    "text",
    "file_text",
    "new_str",
    "new_string",
    "new_text",
    "new",
    "replace",
    "replacement",
    "after",
    "updated",
    "code_edit",
    "insert_text",
    "data",
    "body",
    "append",
    "contenu",
    "inhalt",
    "contenido",
    "nachher",
    "apres",
    "despues",
];

/// Names of fields with a change in a notation of its own.
const NOTATIONS: [&str; 12] = [
    "diff",
    "patch",
    "unified_diff",
    "changes",
    "s",
    "sed",
    "expr",
    "expression",
    "script",
    "edit",
    "edits",
    "input",
];

/// The most of one text that is looked at.
const MAX_TEXT: usize = 32 * 1024;

/// The change that fields speak of, if they speak of one.
pub fn of_fields(fields: &[Field]) -> Option<Edit> {
    let named = |names: &[&str]| {
        fields.iter().find(|f| {
            let name = f.name();
            f.value == Plain::Text && names.iter().any(|n| name.eq_ignore_ascii_case(n))
        })
    };
    let path = named(&PATHS)
        .filter(|f| is_path(&f.text))
        .map(|f| f.text.clone());
    // Only a diff names its file itself.
    if path.is_none() && named(&["patch", "diff", "unified_diff", "input"]).is_none() {
        return None;
    }
    let mut edit = Edit::default();
    let mut any = false;
    for field in fields.iter().filter(|f| f.value == Plain::Text) {
        let is = |names: &[&str]| names.iter().any(|n| f_is(field, n));
        let text = short(&field.text, MAX_TEXT);
        if is(&NOTATIONS) {
            any |= notation(text, &mut edit);
        } else if is(&BEFORE) {
            line(&mut edit.removed, text);
        } else if is(&AFTER) {
            any = true;
            if !diff(text, &mut edit) {
                line(&mut edit.added, text);
            }
        }
    }
    if let Some(path) = path {
        edit.path = path;
    }
    (any && !edit.path.is_empty()).then_some(edit)
}

fn f_is(field: &Field, name: &str) -> bool {
    field.name().eq_ignore_ascii_case(name)
}

/// The changes a command makes in files: `sed -i`, `echo … >> file`, a text fed
/// into one.
pub fn of_command(command: &Command) -> Vec<Edit> {
    let mut edits = Vec::new();
    let program = command.program();
    if matches!(program, "sed" | "gsed" | "perl")
        && (command.flag('i') || command.has("--in-place"))
    {
        let mut edit = Edit::default();
        for arg in command.args() {
            if arg.starts_with('-') {
                continue;
            }
            if !notation(arg, &mut edit) {
                edit.path.clone_from(arg);
            }
        }
        edits.push(edit);
    }
    let file = command.written().map(|(_, file)| file).next();
    let file = file.or_else(|| (program == "tee").then(|| command.operand(0)));
    if let Some(file) = file.filter(|f| is_path(f)) {
        let said = match &command.fed {
            Some(fed) => fed.clone(),
            None if matches!(program, "echo" | "printf") => {
                command.operands().collect::<Vec<_>>().join(" ")
            }
            None => String::new(),
        };
        edits.push(Edit {
            path: file.to_owned(),
            added: short(&said, MAX_TEXT).to_owned(),
            ..Edit::default()
        });
    }
    edits.retain(|e| !e.added.is_empty() || !e.removed.is_empty());
    edits
}

/// Reads a diff or substitutions; false when the text is neither.
fn notation(text: &str, edit: &mut Edit) -> bool {
    if diff(text, edit) {
        return true;
    }
    let mut any = false;
    for part in text.split([';', '\n']) {
        any |= substitution(part.trim(), edit);
    }
    any
}

/// Lines with a plus or a minus in front, in whatever form of diff.
fn diff(text: &str, edit: &mut Edit) -> bool {
    let head = |l: &str| {
        l.starts_with("@@")
            || l.starts_with("+++ ")
            || l.starts_with("--- ")
            || l.starts_with("*** ")
    };
    let marks = |l: &str| l.starts_with('+') || l.starts_with('-') && !l.starts_with("- ");
    let plain = text.lines().filter(|l| !l.is_empty());
    let all_marked =
        || text.lines().any(marks) && plain.clone().all(|l| marks(l) || l.starts_with(' '));
    if !(text.lines().any(head) || all_marked()) {
        return false;
    }
    for l in text.lines() {
        if let Some(file) = l.strip_prefix("+++ ") {
            let file = file.split_whitespace().next().unwrap_or_default();
            file.strip_prefix("b/")
                .unwrap_or(file)
                .clone_into(&mut edit.path);
        } else if let Some(file) = l.strip_prefix("*** Update File: ") {
            file.trim().clone_into(&mut edit.path);
        } else if head(l) {
        } else if let Some(added) = l.strip_prefix('+') {
            line(&mut edit.added, added);
        } else if let Some(removed) = l.strip_prefix('-') {
            line(&mut edit.removed, removed);
        }
    }
    true
}

/// `s/old/new/flags` with any mark between, `/old/d`.
fn substitution(text: &str, edit: &mut Edit) -> bool {
    let text = text.trim_matches(['\'', '"']);
    if let Some(rest) = text.strip_prefix('s') {
        let Some(mark) = rest
            .chars()
            .next()
            .filter(|c| !c.is_alphanumeric() && !c.is_whitespace())
        else {
            return false;
        };
        let mut parts = rest[mark.len_utf8()..].split(mark);
        let (Some(old), Some(new), Some(flags)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        if !flags.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return false;
        }
        line(&mut edit.removed, &unescaped(old));
        line(&mut edit.added, &unescaped(new));
        return true;
    }
    let deleted = text.strip_prefix('/').and_then(|t| t.strip_suffix("/d"));
    if let Some(old) = deleted {
        line(&mut edit.removed, &unescaped(old));
    }
    deleted.is_some()
}

fn unescaped(text: &str) -> String {
    text.replace(['\\', '^', '$'], "")
}

fn line(to: &mut String, text: &str) {
    to.push_str(text);
    to.push('\n');
}

/// True for a text that can be a file's name.
fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 300
        && !text.contains("://")
        && !text.contains(['\n', '@'])
        && (text.contains(['.', '/', '\\'])
            || super::command::name(text).starts_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldnotch_plugin::json::{Value, json};

    fn of(payload: Value) -> (String, String, String) {
        let edit = of_fields(&crate::payload::fields(&payload)).unwrap_or_default();
        let trim = |t: &str| t.trim().to_owned();
        (edit.path.clone(), trim(&edit.removed), trim(&edit.added))
    }

    #[test]
    fn a_change_is_read_from_any_notation() {
        let want = (
            "a.conf".to_owned(),
            "tls on".to_owned(),
            "tls off".to_owned(),
        );
        for payload in [
            json!({"path": "a.conf", "old_str": "tls on", "new_str": "tls off"}),
            json!({"file": "a.conf", "diff": "-tls on\n+tls off"}),
            json!({"file": "a.conf", "s": "s/tls on/tls off/"}),
            json!({"patch": "--- a/a.conf\n+++ b/a.conf\n@@ -1 +1 @@\n-tls on\n+tls off\n"}),
            json!({"datei": "a.conf", "vorher": "tls on", "nachher": "tls off"}),
        ] {
            assert_eq!(of(payload.clone()), want, "{payload}");
        }
        assert_eq!(
            of(json!({"path": "a.md", "content": "- one\n- two"})).2,
            "- one\n- two"
        );
        assert_eq!(of(json!({"to": "ana", "text": "hello"})).2, "");
    }

    #[test]
    fn commands_change_files_too() {
        let of = |text: &str| {
            of_command(&super::super::shell::commands(text)[0])
                .pop()
                .unwrap_or_default()
        };
        let edit = of("sed -i -e 's|auth on|auth off|' /etc/x.conf");
        assert_eq!(
            (edit.path.as_str(), edit.removed.trim(), edit.added.trim()),
            ("/etc/x.conf", "auth on", "auth off")
        );
        let edit = of("echo 'auth off' >> x.conf");
        assert_eq!(
            (edit.path.as_str(), edit.added.as_str()),
            ("x.conf", "auth off")
        );
    }
}
