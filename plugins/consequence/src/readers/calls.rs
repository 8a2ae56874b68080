//! Code in Python, JavaScript and their like as calls with the literals in them.

/// One call: `a.b.c(…)` with the literals among its arguments.
#[derive(Debug, PartialEq)]
pub struct Call {
    /// The dotted name in front of the parenthesis.
    pub name: String,
    /// Literals directly or in lists inside, in order.
    pub texts: Vec<String>,
    /// The arguments as written.
    pub inside: String,
}

/// How many calls of one text are read, and how much text.
const MAX_CALLS: usize = 400;

const MAX_TEXT: usize = 64 * 1024;

/// True when a text is a script and not a line for a shell.
pub fn is_script(text: &str) -> bool {
    let head = text.trim_start();
    let begins = [
        "import ",
        "from ",
        "def ",
        "const ",
        "let ",
        "var ",
        "#!/usr/bin/env python",
        "#!/usr/bin/python",
        "require(",
        "async ",
        "function ",
        "print(",
        "console.",
        "await ",
        "class ",
    ];
    begins.iter().any(|b| head.starts_with(b))
        || text.lines().take(40).any(|l| {
            let l = l.trim_start();
            l.starts_with("import ") && !l.contains("import -")
                || l.starts_with("from ") && l.contains(" import ")
                || l.starts_with("const ") && l.contains('=')
        })
        || first_call(head)
        || head.starts_with("fetch(")
        || head.starts_with("(()")
        || text.contains("document.") && text.contains('(')
}

/// `os.remove("x")`, `shutil.rmtree(p)`: a dotted name and a parenthesis.
fn first_call(head: &str) -> bool {
    let name = head
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
        .count();
    head[..name].contains('.') && head[name..].starts_with('(')
}

/// Reads the calls in order.
pub fn calls(text: &str) -> Vec<Call> {
    let text = crate::finding::short(text, MAX_TEXT);
    let bytes = text.as_bytes();
    let mut calls = Vec::new();
    let mut i = 0;
    while i < bytes.len() && calls.len() < MAX_CALLS {
        match bytes[i] {
            b'#' => i += line(&bytes[i..]),
            b'/' if bytes.get(i + 1) == Some(&b'/') => i += line(&bytes[i..]),
            b'\'' | b'"' | b'`' => i += literal(&text[i..]).1,
            b'(' => {
                let name = name_before(text, i);
                if !name.is_empty() {
                    let inside = inside(&text[i + 1..]);
                    calls.push(Call {
                        name: name.to_owned(),
                        texts: literals(inside),
                        inside: inside.to_owned(),
                    });
                }
                i += 1;
            }
            _ => i += 1,
        }
    }
    calls
}

fn line(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|b| *b == b'\n')
        .unwrap_or(bytes.len())
}

/// The text of the literal that begins here, and how long it is with its quotes.
fn literal(text: &str) -> (&str, usize) {
    let quote = &text[..1];
    let triple = text.len() >= 3 && text[..].starts_with(&quote.repeat(3)) && quote != "`";
    let marks = if triple { 3 } else { 1 };
    let bytes = text.as_bytes();
    let mut i = marks;
    while i < bytes.len() {
        if bytes[i] == b'\\' {
            i += 2;
            continue;
        }
        if !triple && bytes[i] == b'\n' && quote != "`" {
            break; // an apostrophe, not a literal
        }
        if bytes[i] == quote.as_bytes()[0]
            && (!triple || text.as_bytes()[i..].starts_with(&text.as_bytes()[..3]))
        {
            return (text.get(marks..i).unwrap_or_default(), i + marks);
        }
        i += 1;
    }
    ("", 1)
}

/// The literals in a piece of code, in order.
pub fn literals(inside: &str) -> Vec<String> {
    let mut found = Vec::new();
    let bytes = inside.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if matches!(bytes[i], b'\'' | b'"' | b'`') {
            let (text, length) = literal(&inside[i..]);
            if length > 1 {
                found.push(
                    text.replace("\\n", "\n")
                        .replace("\\\"", "\"")
                        .replace("\\'", "'"),
                );
            }
            i += length;
        } else {
            i += 1;
        }
    }
    found
}

/// The text up to the parenthesis that closes.
fn inside(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut depth = 1;
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'\'' | b'"' | b'`' => {
                i += literal(&text[i..]).1;
                continue;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..i];
        }
        i += 1;
    }
    text
}

/// The dotted name that ends where the parenthesis stands. Calls in a chain are
/// part of it: `Path("x").unlink(` is `Path().unlink`.
fn name_before(text: &str, at: usize) -> &str {
    let bytes = text.as_bytes();
    let mut start = at;
    while start > 0
        && (bytes[start - 1].is_ascii_alphanumeric()
            || matches!(bytes[start - 1], b'_' | b'.' | b'$' | b')'))
    {
        if bytes[start - 1] == b')' {
            break;
        }
        start -= 1;
    }
    text[start..at].trim_start_matches('.')
}
