//! Code in Python, JavaScript and their like: calls and the literals in them.
//!
//! Only what is written out is followed: a name that is put together at run
//! time is not. Texts that are handed to a shell, a database or a network are
//! judged as such.

mod cloud;
mod leaks;
#[cfg(test)]
mod tests;

use super::calls::{Call, calls, literals};
use super::deed::{Deed, ENDING, Sort};
use super::{files, sql};
use crate::lexicon::Senses;

use cloud::cloud;
use leaks::leaks;

/// Leaves out calls of the house's own functions that end something of little
/// worth (`purge_test_users()`), where it is not done to what others rely on.
pub fn forgive(deeds: &mut Vec<Deed>, from: usize) {
    let mut at = 0;
    deeds.retain(|d| {
        at += 1;
        let own = at > from && d.does.starts_with(OWN);
        !own || !crate::words::Words::of(&d.does).all().any(Senses::LIGHT)
    });
}

/// What a script does by itself, and the texts it hands to a shell.
pub fn read(text: &str, deeds: &mut Vec<Deed>) -> Vec<String> {
    let calls = calls(text);
    let mut shells = Vec::new();
    let first = deeds.len();
    for call in &calls {
        let last = call.name.rsplit('.').next().unwrap_or(&call.name);
        let begin = deeds.len();
        one(call, last, text, &mut shells, deeds);
        for deed in &mut deeds[begin..] {
            if deed.text.is_empty() {
                deed.text = [
                    &call.name,
                    "(",
                    crate::finding::short(&call.inside, 120),
                    ")",
                ]
                .concat();
            }
        }
    }
    leaks(text, &calls, deeds);
    for deed in &mut deeds[first..] {
        if deed.text.is_empty() {
            deed.text = crate::finding::short(text.trim(), 160).to_owned();
        }
    }
    shells
}

fn one(call: &Call, last: &str, text: &str, shells: &mut Vec<String>, deeds: &mut Vec<Deed>) {
    let name = call.name.as_str();
    let path = call.texts.first().cloned().unwrap_or_default();
    match last {
        "system" | "popen" | "execSync" | "exec" | "spawn" | "spawnSync" | "execFile"
        | "execFileSync" | "run" | "Popen" | "call" | "check_call" | "check_output"
        | "getoutput" | "getstatusoutput" | "shell_exec" | "passthru" | "Command" | "execa"
            if runs_shell(name) =>
        {
            if name == "exec" && unseen(&call.inside) {
                deeds.push(hidden(&call.inside));
            } else if call.inside.trim_start().starts_with('[')
                || call.texts.len() > 1 && call.inside.contains('[')
            {
                shells.push(super::unwrap::quote(&call.texts));
            } else {
                shells.push(path);
            }
        }
        "exec" | "eval" | "Function" | "compile" | "loads"
            if unseen(&call.inside)
                && (last != "loads"
                    || name.starts_with("pickle")
                    || name.starts_with("marshal")) =>
        {
            deeds.push(hidden(&call.inside));
        }
        "rmtree" | "rimraf" | "removeSync" | "emptyDirSync" | "rmdirSync" | "rmSync" | "rm_rf"
        | "remove_tree" | "emptyDir" => {
            deeds.extend(
                known(call, text).and_then(|p| {
                    files::loss(&p, "deletes the folder", " and all below it for good")
                }),
            );
        }
        "rm" | "rmdir"
            if name.starts_with("fs") && (last == "rm" || call.inside.contains("recursive")) =>
        {
            deeds.extend(known(call, text).and_then(|p| files::loss(&p, "deletes", " for good")));
        }
        "remove" | "unlink" | "unlinkSync" | "rmi"
            if (name.starts_with("os.")
                || name.starts_with("fs")
                || name == "unlink"
                || name.contains("Path"))
                && super::path::is_valued(&path) =>
        {
            deeds.extend(files::loss(&path, "deletes", " for good"));
        }
        "unlink"
            if text.contains(".rglob(") || text.contains(".glob(") || text.contains("os.walk(") =>
        {
            deeds.extend(
                looped(text).and_then(|root| files::loss(&root, "deletes files all over", "")),
            );
        }
        "remove"
            if name == "os.remove" && (text.contains("os.walk(") || text.contains("glob(")) =>
        {
            deeds.extend(
                looped(text).and_then(|root| files::loss(&root, "deletes files all over", "")),
            );
        }
        "execute" | "executescript" | "executemany" | "query" | "raw" | "$executeRawUnsafe"
        | "$queryRawUnsafe" | "sql" | "text" => {
            for sql_text in &call.texts {
                deeds.extend(
                    sql::statements(sql_text)
                        .iter()
                        .filter_map(super::of_statement),
                );
            }
        }
        "open" | "writeFile" | "writeFileSync" | "appendFile" | "appendFileSync" | "write_text"
        | "createWriteStream" => {
            let writes = last != "open"
                || call
                    .texts
                    .get(1)
                    .is_some_and(|m| m.contains(['w', 'a', 'x']));
            let whole = !last.starts_with("append")
                && !call
                    .texts
                    .get(1)
                    .is_some_and(|m| last == "open" && m.contains('a'));
            if writes {
                deeds.extend(files::overwrite(&path, whole));
            }
        }
        "drop_all" | "dropDatabase" | "drop_database" | "flushall" | "flushdb" | "flushAll"
        | "flushDb" | "drop_collection" | "drop_table" => {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.85,
                &["empties or drops a database"],
                &call.name,
                ENDING,
            ));
        }
        "deleteMany" | "delete_many" | "destroyAll" | "truncate"
            if call.inside.trim().is_empty() || call.inside.trim() == "{}" =>
        {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.8,
                &["deletes every record"],
                &call.name,
                ENDING,
            ));
        }
        "updateMany" | "update_many" | "updateAll"
            if call.inside.trim_start().starts_with("{}") =>
        {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.8,
                &["changes every record"],
                "all every everyone everybody whole entire",
                Senses::UPDATE.and(Senses::MAKE).and(Senses::WHOLE),
            ));
        }
        "drop" | "remove"
            if name.starts_with("db.") && (last == "drop" || call.inside.trim() == "{}") =>
        {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.85,
                &["drops or empties a collection"],
                name.trim_start_matches("db."),
                ENDING,
            ));
        }
        "delete"
            if name.contains("objects.all")
                || text.contains(".all().delete(") && name == "delete" =>
        {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.8,
                &["deletes every record"],
                text,
                ENDING,
            ));
        }
        _ if name == last && call.inside.trim().is_empty() && ends_by_name(name) => {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.7,
                &[OWN, name, "`"],
                name,
                ENDING.and(Senses::EXEC),
            ));
        }
        _ => cloud(call, last, deeds),
    }
}

/// How a call of a function of the house's own is told.
const OWN: &str = "runs `";

/// A function of the house's own that says it ends something: `purge_users()`.
fn ends_by_name(name: &str) -> bool {
    let words = crate::words::Words::of(name);
    words.len() >= 2 && words.senses(0).any(Senses::DELETE)
}

fn runs_shell(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    matches!(
        first,
        "os" | "subprocess"
            | "child_process"
            | "cp"
            | "commands"
            | "execSync"
            | "exec"
            | "spawn"
            | "spawnSync"
            | "execa"
            | "shell_exec"
            | "passthru"
            | "system"
            | "sh"
            | "Popen"
            | "check_output"
            | "execFileSync"
            | "childProcess"
            | "shell"
            | "require"
            | "popen"
    )
}

/// Arguments nobody has read: decoded or fetched.
fn unseen(inside: &str) -> bool {
    [
        "b64decode",
        "fromhex",
        "atob(",
        "urlopen",
        "requests.get",
        "Buffer.from",
        "codecs.decode",
        "zlib.decompress",
        ".read()",
        "fetch(",
        ".text",
    ]
    .iter()
    .any(|u| inside.contains(u))
}

fn hidden(inside: &str) -> Deed {
    let fetched = ["urlopen", "requests", "fetch(", "http"]
        .iter()
        .any(|u| inside.contains(u));
    let does = if fetched {
        "runs code fetched from elsewhere, unseen"
    } else {
        "runs code that is hidden in an encoding"
    };
    Deed::always(Sort::Unseen, 0.85, &[does])
}

/// The path of a call: a literal, or a name given a literal above.
fn known(call: &Call, text: &str) -> Option<String> {
    if call.inside.trim_start().starts_with(['"', '\'', '`']) || !call.texts.is_empty() {
        return call.texts.first().cloned();
    }
    let name = call.inside.split([',', ')']).next()?.trim();
    assigned(text, name)
}

/// `name = "literal"`.
fn assigned(text: &str, name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    text.lines().find_map(|line| {
        let line = line
            .trim()
            .trim_start_matches("const ")
            .trim_start_matches("let ")
            .trim_start_matches("var ");
        let rest = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
        literals(rest).into_iter().next()
    })
}

/// The root a loop over files goes through.
fn looped(text: &str) -> Option<String> {
    let calls = calls(text);
    let walk = calls
        .iter()
        .find(|c| c.name.ends_with("walk") || c.name.ends_with("glob"))?;
    walk.texts.first().cloned().or_else(|| {
        let path = calls.iter().find(|c| c.name == "Path")?;
        path.texts.first().cloned()
    })
}
