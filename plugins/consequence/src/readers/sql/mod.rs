//! Reads SQL text as statements, as far as their consequence goes.

mod power;
#[cfg(test)]
mod tests;
mod text;

use power::{inserts_power, sets_power, switches_off, unguards};
use text::{split, words};

/// What a statement would do to how much.
#[derive(Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub act: Act,
    /// The table, database or user.
    pub object: String,
    /// True when a `WHERE` limits it and cannot be true of every row.
    pub limited: bool,
    /// The statement on one line.
    pub text: String,
}

/// Acts of statements.
#[derive(Debug, PartialEq, Clone, Copy)]
pub enum Act {
    /// `DROP`, `TRUNCATE`, `ALTER … DROP COLUMN`.
    Drop,
    /// `INSERT OVERWRITE`, `CREATE OR REPLACE TABLE`.
    Replace,
    /// `DELETE`.
    Delete,
    /// `UPDATE`.
    Update,
    /// `GRANT`, `CREATE USER`, `ALTER USER`, a role or password set in a table.
    Grant,
    /// Checks, triggers, row rules or logs switched off.
    Unguard,
    /// Data or a command leaves the database: `INTO OUTFILE`, `COPY … TO PROGRAM`.
    Reach,
}

impl Act {
    /// True for what is bad in a test database too.
    pub fn reaches_out(self) -> bool {
        self == Act::Reach
    }
}

/// How much of one statement is read. One that goes on behind it counts as
/// unlimited: a condition that is not read limits nothing.
const MAX_STATEMENT: usize = 16 * 1024;

/// How many statements of one text are read.
const MAX_STATEMENTS: usize = 200;

/// Reads the statements that change or end something. Text that does not begin
/// like a statement has none; what is rolled back does nothing.
pub fn statements(text: &str) -> Vec<Statement> {
    let mut done: Vec<Statement> = Vec::new();
    let mut open: Option<usize> = None;
    for part in split(text).into_iter().take(MAX_STATEMENTS) {
        if !FIRST.contains(&word(&words(part, 1), 0)) {
            continue; // most texts that are asked about are none
        }
        let words = words(part, usize::MAX);
        match (word(&words, 0), word(&words, 1)) {
            ("begin", "")
            | ("begin", "transaction" | "work" | "tran")
            | ("start", "transaction") => open = Some(done.len()),
            ("commit" | "end", _) => open = None,
            ("rollback" | "abort", next) if next != "to" => {
                if let Some(begun) = open.take() {
                    done.truncate(begun);
                }
            }
            ("begin", _) => {
                open = Some(done.len());
                done.extend(statement(part, &words[1..]));
            }
            _ => done.extend(statement(part, &words)),
        }
    }
    done
}

/// The words a statement begins with that is read any further.
const FIRST: [&str; 26] = [
    "abort", "alter", "begin", "call", "commit", "copy", "create", "delete", "drop", "end", "exec",
    "execute", "explain", "grant", "insert", "purge", "rollback", "select", "set", "start",
    "table", "truncate", "update", "use", "vacuum", "with",
];

fn word(words: &[String], i: usize) -> &str {
    words.get(i).map_or("", String::as_str)
}

/// Kinds of things `DROP` drops.
const KINDS: [&str; 21] = [
    "table",
    "database",
    "schema",
    "index",
    "view",
    "user",
    "column",
    "role",
    "collection",
    "keyspace",
    "sequence",
    "type",
    "function",
    "trigger",
    "tablespace",
    "materialized",
    "login",
    "extension",
    "partition",
    "policy",
    "procedure",
];

/// Other words between a verb and its object.
const BETWEEN: [&str; 11] = [
    "if",
    "exists",
    "only",
    "from",
    "concurrently",
    "not",
    "low_priority",
    "ignore",
    "top",
    "into",
    "overwrite",
];

fn statement(text: &str, all: &[String]) -> Option<Statement> {
    let whole = text.len() <= MAX_STATEMENT;
    let mut words = all;
    // What may stand in front: `EXPLAIN ANALYZE` does it, `EXPLAIN` does not.
    if word(words, 0) == "explain" {
        if !words
            .iter()
            .take(3)
            .any(|w| w == "analyze" || w == "analyse")
        {
            return None;
        }
        let at = words
            .iter()
            .position(|w| w == "analyze" || w == "analyse")
            .unwrap_or(0);
        words = &words[at + 1..];
    }
    if word(words, 0) == "use" {
        words = words.get(2..).unwrap_or_default();
    }
    if word(words, 0) == "with" {
        let verb = |w: &String| matches!(w.as_str(), "delete" | "update");
        let at = words.iter().rposition(verb);
        words = &words[at.unwrap_or(0)..];
    }
    let (act, object) = act(words)?;
    let condition = words
        .iter()
        .rposition(|w| w == "where")
        .map(|i| &words[i + 1..]);
    let limited = whole && condition.is_some_and(|c| !always_true(c));
    Some(Statement {
        act,
        object,
        limited,
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

fn act(words: &[String]) -> Option<(Act, String)> {
    let has = |w: &str| words.iter().any(|x| x == w);
    let object = || {
        words[1..]
            .iter()
            .find(|w| !KINDS.contains(&w.as_str()) && !BETWEEN.contains(&w.as_str()))
            .cloned()
            .unwrap_or_default()
    };
    let last = || words.last().cloned().unwrap_or_default();
    Some(match (word(words, 0), word(words, 1)) {
        ("drop", kind) if KINDS.contains(&kind) => (Act::Drop, object()),
        ("truncate", next) if !next.starts_with('-') => (Act::Drop, object()),
        ("delete", "from" | "top" | "low_priority" | "ignore") => (Act::Delete, object()),
        ("delete", _) if has("from") && words.len() >= 4 => (Act::Delete, object()),
        ("update", _) if has("set") => {
            if sets_power(words) {
                (Act::Grant, object())
            } else {
                (Act::Update, object())
            }
        }
        ("grant", _) if has("to") => {
            let to = words.iter().rposition(|w| w == "to").unwrap_or(0);
            let sort = matches!(word(words, to + 1), "user" | "role" | "group");
            (
                Act::Grant,
                word(words, to + 1 + usize::from(sort)).to_owned(),
            )
        }
        ("create" | "alter", "user" | "role" | "login") => (Act::Grant, object()),
        ("alter", "table" | "database") if unguards(words) => (Act::Unguard, object()),
        ("alter", "table") if has("drop") => (Act::Drop, object()),
        ("alter", "table") if has("delete") => (Act::Delete, object()), // ClickHouse
        ("alter", "system") => (Act::Unguard, word(words, 3).to_owned()),
        ("set", _) if switches_off(words) => (Act::Unguard, word(words, 1).to_owned()),
        ("insert", "overwrite") => (Act::Replace, object()),
        ("create", "or") if word(words, 2) == "replace" && word(words, 3) == "table" => {
            (Act::Replace, word(words, 4).to_owned())
        }
        (
            "exec" | "execute" | "call",
            "sp_addsrvrolemember" | "sp_addrolemember" | "sp_addlogin",
        ) => (Act::Grant, word(words, 2).to_owned()),
        ("insert", "into") if inserts_power(words) => (Act::Grant, object()),
        ("copy", _) if has("program") => (Act::Reach, last()),
        // Data is put somewhere outside: `COPY INTO 's3://…' FROM t`.
        ("copy", "into") if word(words, 2).contains("://") => {
            (Act::Reach, word(words, 2).to_owned())
        }
        ("unload", _) => (Act::Reach, last()),
        ("select" | "table", _) if has("outfile") || has("dumpfile") => {
            let at = words
                .iter()
                .position(|w| w == "outfile" || w == "dumpfile")
                .unwrap_or(0);
            (Act::Reach, word(words, at + 1).to_owned())
        }
        // A column may have that name.
        ("select", _)
            if words.windows(2).any(|w| {
                w[0] == "load_file"
                    && (w[1].contains(['/', '\\', '.'])
                        || w[1].starts_with("0x")
                        || matches!(w[1].as_str(), "concat" | "char" | "unhex"))
            }) =>
        {
            (Act::Reach, word(words, 1).to_owned())
        }
        ("select" | "exec" | "execute" | "call", _)
            if words.iter().any(|w| {
                matches!(
                    w.as_str(),
                    "xp_cmdshell"
                        | "master..xp_cmdshell"
                        | "sys_exec"
                        | "lo_export"
                        | "pg_read_file"
                        | "dblink_exec"
                        | "utl_http.request"
                )
            }) =>
        {
            (Act::Reach, word(words, 1).to_owned())
        }
        // Old versions are the way back: `VACUUM t RETAIN 0 HOURS`.
        ("vacuum", _) if words.windows(2).any(|w| w[0] == "retain" && w[1] == "0") => {
            (Act::Drop, object())
        }
        ("purge", "binary") => (Act::Unguard, "binary logs".to_owned()),
        _ => return None,
    })
}

/// True when one branch of an `OR`, or the whole, holds of every row.
fn always_true(condition: &[String]) -> bool {
    let end = condition
        .iter()
        .position(|w| matches!(w.as_str(), "returning" | "limit" | "order"))
        .unwrap_or(condition.len());
    condition[..end].split(|w| w == "or").any(|branch| {
        // Every part of an `AND` must hold.
        branch.split(|w| w == "and").all(|part| {
            let part: Vec<&str> = part.iter().map(String::as_str).collect();
            match part[..] {
                ["1" | "true"] => true,
                ["not", "false"] => true,
                [a, "=" | "<=" | ">=", b] => a == b,
                [a, "<>" | "!=", b] => a != b && is_value(a) && is_value(b),
                [_, "is", "not", "null"] => true,
                [_, "like", "%"] => true,
                ["id" | "rowid", ">", "0"] => true,
                _ => false,
            }
        })
    })
}

fn is_value(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}
