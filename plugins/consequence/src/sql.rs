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
    /// `DROP`, `TRUNCATE`.
    Drop,
    /// `DELETE`.
    Delete,
    /// `UPDATE`.
    Update,
    /// `GRANT`, `CREATE USER`, `ALTER USER`.
    Grant,
}

/// How much of one statement is read. One that goes on behind it counts as
/// unlimited: a condition that is not read limits nothing.
const MAX_STATEMENT: usize = 16 * 1024;

/// Reads the statements that change or end something. Text that does not begin
/// like a statement has none.
pub fn statements(text: &str) -> Vec<Statement> {
    text.split(';').take(200).filter_map(statement).collect()
}

fn statement(text: &str) -> Option<Statement> {
    let mut end = text.len().min(MAX_STATEMENT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let whole = end == text.len();
    let text = &text[..end];
    let words = words(text);
    let at = |i: usize| words.get(i).map_or("", String::as_str);
    // Skip what may stand in front of the verb.
    let start = words.iter().take(3).position(|w| {
        matches!(
            w.as_str(),
            "drop" | "truncate" | "delete" | "update" | "grant" | "alter" | "create"
        )
    })?;
    if (0..start).any(|i| !matches!(at(i), "begin" | "transaction" | "use")) {
        return None;
    }
    let next = |skip: &[&str]| {
        words[start + 1..]
            .iter()
            .find(|w| !skip.contains(&w.as_str()))
            .cloned()
            .unwrap_or_default()
    };
    let (act, object) = match (at(start), at(start + 1)) {
        (
            "drop",
            "table" | "database" | "schema" | "index" | "view" | "user" | "column" | "role"
            | "collection",
        ) => (
            Act::Drop,
            next(&[
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
            ]),
        ),
        ("truncate", _) => (Act::Drop, next(&["table"])),
        ("delete", "from") => (Act::Delete, next(&["from"])),
        ("update", _) if words.iter().any(|w| w == "set") => (Act::Update, next(&[])),
        ("grant", _) => (Act::Grant, words.last().cloned().unwrap_or_default()),
        ("create" | "alter", "user" | "role") => (Act::Grant, next(&["user", "role"])),
        _ => return None,
    };
    let condition = words
        .iter()
        .position(|w| w == "where")
        .map(|i| &words[i + 1..]);
    let limited = whole && condition.is_some_and(|c| !always_true(c));
    Some(Statement {
        act,
        object,
        limited,
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

/// True when one branch of an `OR`, or the whole, holds of every row.
fn always_true(condition: &[String]) -> bool {
    condition.split(|w| w == "or").any(|branch| {
        let branch: Vec<&str> = branch.iter().map(String::as_str).collect();
        match branch[..] {
            ["1" | "true"] => true,
            [a, "=", b] => a == b,
            [_, "is", "not", "null"] => true,
            [_, "like", "%"] => true,
            [_, ">" | ">=", "0"] => true,
            _ => false,
        }
    })
}

/// Lower-case words and operators; quotes and comments undone.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '-' if chars.peek() == Some(&'-') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                let mut star = false;
                for c in chars.by_ref() {
                    if star && c == '/' {
                        break;
                    }
                    star = c == '*';
                }
            }
            '\'' | '"' | '`' | '[' | ']' => {}
            '=' | '>' | '<' | '!' => {
                flush(&mut word, &mut words);
                let mut operator = c.to_string();
                if let Some(next) = chars.next_if_eq(&'=') {
                    operator.push(next);
                }
                words.push(operator);
            }
            _ if c.is_whitespace() || matches!(c, ',' | '(' | ')') => flush(&mut word, &mut words),
            _ => word.extend(c.to_lowercase()),
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

    #[test]
    fn statements_are_read_with_their_limits() {
        let read = |text| {
            statements(text)
                .into_iter()
                .map(|s| (s.act, s.object, s.limited))
                .next()
        };
        assert_eq!(
            read("DROP TABLE IF EXISTS users"),
            Some((Act::Drop, "users".into(), false))
        );
        assert_eq!(
            read("delete from orders where id = 5"),
            Some((Act::Delete, "orders".into(), true))
        );
        assert_eq!(
            read("DELETE FROM orders WHERE id=5 OR 1=1"),
            Some((Act::Delete, "orders".into(), false))
        );
        assert_eq!(
            read("DELETE FROM orders /* where id=1 */"),
            Some((Act::Delete, "orders".into(), false))
        );
        assert_eq!(
            read("UPDATE users SET admin = true"),
            Some((Act::Update, "users".into(), false))
        );
        assert_eq!(
            read("SELECT * FROM t; TRUNCATE t"),
            Some((Act::Drop, "t".into(), false))
        );
        assert_eq!(read("how to drop table safely"), None);
        assert_eq!(read("explain delete from orders"), None);
    }
}
