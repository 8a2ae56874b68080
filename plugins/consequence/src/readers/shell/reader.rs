//! Shell text, character by character.

use super::Command;
use super::word::{ansi, assignment, braces};

/// Reads one text; what stands in substitutions is put aside.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    pub(super) commands: Vec<Command>,
    pub(super) nested: Vec<String>,
    /// Variables set to plain text: `X=rm; $X -rf /`.
    variables: Vec<(String, String)>,
    /// Here-documents whose text begins at the next line: command, delimiter.
    awaited: Vec<(usize, String)>,
    command: Command,
    word: String,
    in_word: bool,
    /// The redirection whose file is the next word.
    redirect: Option<&'static str>,
}

/// What stands for itself in any place.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        plain[byte] = b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'-' | b'_' | b'.' | b'/' | b'=' | b':' | b',' | b'+' | b'@' | b'%'
            );
        byte += 1;
    }
    plain
};

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader {
            text,
            at: 0,
            commands: Vec::new(),
            nested: Vec::new(),
            variables: Vec::new(),
            awaited: Vec::new(),
            command: Command::default(),
            word: String::new(),
            in_word: false,
            redirect: None,
        }
    }

    fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            _ => self.text.get(self.at..)?.chars().next(),
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn next_if(&mut self, want: char) -> bool {
        let found = self.peek() == Some(want);
        if found {
            self.at += want.len_utf8();
        }
        found
    }

    pub(super) fn run(&mut self) {
        while let Some(c) = self.next() {
            match c {
                '\'' => self.single_quoted(),
                '"' => self.double_quoted(),
                '\\' => self.escape(),
                '#' if !self.in_word => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.next();
                    }
                }
                ' ' | '\t' | '\r' => self.end_word(),
                '$' => self.dollar(),
                '`' => {
                    let inner = self.until('`');
                    self.nested.push(inner);
                    self.in_word = true;
                }
                '<' | '>' => self.redirection(c),
                '&' if self.peek() == Some('>') => {
                    self.next();
                    self.redirection('>');
                }
                '\n' => {
                    self.end_command(false);
                    self.here_documents();
                }
                '|' | '&' | ';' => {
                    let doubled = self.next_if(c);
                    let both = c == '|' && !doubled && self.next_if('&');
                    self.end_command(c == '|' && (!doubled || both));
                }
                '(' | ')' => self.end_command(false),
                '{' | '}' if !self.in_word && self.alone(c) => self.end_command(false),
                _ => self.plain(c),
            }
        }
        self.end_command(false);
    }

    /// Takes `c` and all behind it that stands for itself in any place.
    fn plain(&mut self, c: char) {
        let from = self.at - c.len_utf8();
        let behind = &self.text.as_bytes()[self.at..];
        let plain = behind.iter().take_while(|b| PLAIN[usize::from(**b)]);
        self.at += plain.count();
        self.word.push_str(&self.text[from..self.at]);
        self.in_word = true;
    }

    fn push(&mut self, c: char) {
        self.word.push(c);
        self.in_word = true;
    }

    /// True when a brace stands alone, as the shell's keyword does.
    fn alone(&self, brace: char) -> bool {
        let behind =
            |c: char| c.is_whitespace() || brace == '}' && matches!(c, ';' | ')' | '|' | '&');
        self.command.words.is_empty() && self.peek().is_none_or(behind)
    }

    fn single_quoted(&mut self) {
        let inner = self.until('\'');
        self.word.push_str(&inner);
        self.in_word = true;
    }

    fn double_quoted(&mut self) {
        self.in_word = true;
        while let Some(c) = self.next() {
            match c {
                '"' => return,
                '\\' => match self.next() {
                    Some(c @ ('"' | '\\' | '$' | '`')) => self.word.push(c),
                    Some('\n') => {}
                    Some(c) => self.word.extend(['\\', c]),
                    None => return,
                },
                '`' => {
                    let inner = self.until('`');
                    self.nested.push(inner);
                }
                '$' => self.dollar(),
                _ => self.word.push(c),
            }
        }
    }

    /// The text up to the next `end`, which is passed.
    fn until(&mut self, end: char) -> String {
        let rest = &self.text[self.at..];
        let length = rest.find(end).unwrap_or(rest.len());
        let inner = rest[..length].to_owned();
        self.at += length;
        self.next();
        inner
    }

    /// A Windows path keeps its backslashes, all else is escaped by them.
    fn escape(&mut self) {
        let drive = self.word.len() >= 2 && self.word.as_bytes()[1] == b':';
        if drive || self.word.starts_with("\\\\") {
            return self.push('\\');
        }
        match self.next() {
            Some('\n') | None => {}
            Some('\r') => {
                self.next_if('\n');
            }
            Some(c) => self.push(c),
        }
    }

    /// `$(…)`, `${…}`, `$'…'`, `$NAME`.
    fn dollar(&mut self) {
        match self.peek() {
            Some('(') => {
                self.next();
                let arithmetic = self.peek() == Some('(');
                let inner = self.until_closed();
                if !arithmetic {
                    self.nested.push(inner);
                }
                // What it gives is not known, but that it is there is told.
                self.word.push_str("$()");
                self.in_word = true;
            }
            Some('{') => {
                self.next();
                let name = self.until('}');
                self.variable(&name, true);
            }
            Some('\'') => {
                self.next();
                let inner = self.until('\'');
                self.word.push_str(&ansi(&inner));
                self.in_word = true;
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let rest = &self.text[self.at..];
                let length = rest
                    .bytes()
                    .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
                    .count();
                let name = rest[..length].to_owned();
                self.at += length;
                self.variable(&name, false);
            }
            _ => self.push('$'),
        }
    }

    fn variable(&mut self, name: &str, braced: bool) {
        if name == "IFS" {
            return self.end_word();
        }
        let known = self.variables.iter().rev().find(|(n, _)| n == name);
        match known {
            Some((_, value)) => {
                // An unquoted variable may hold several words: `$CMD` of `CMD="rm -rf"`.
                let value = value.clone();
                let mut parts = value.split_whitespace();
                self.word.push_str(parts.next().unwrap_or_default());
                self.in_word = true;
                for part in parts {
                    self.end_word();
                    self.word.push_str(part);
                    self.in_word = true;
                }
            }
            None if braced => {
                self.word.extend(["${", name, "}"]);
                self.in_word = true;
            }
            None => {
                self.word.extend(["$", name]);
                self.in_word = true;
            }
        }
    }

    /// The text up to the parenthesis that closes the one just passed.
    fn until_closed(&mut self) -> String {
        let start = self.at;
        let mut depth = 1;
        let mut quote = None;
        while let Some(c) = self.next() {
            match (quote, c) {
                (None, '\'' | '"') => quote = Some(c),
                (Some(q), _) if q == c => quote = None,
                (Some('"') | None, '\\') => {
                    self.next();
                }
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return self.text[start..self.at - 1].to_owned();
            }
        }
        self.text[start..].to_owned()
    }

    fn redirection(&mut self, c: char) {
        if self.in_word && self.word.bytes().all(|b| b.is_ascii_digit()) {
            self.word.clear(); // the number of a stream: `2>`
            self.in_word = false;
        }
        self.end_word();
        if self.next_if('(') {
            let inner = self.until_closed(); // `<(…)`
            self.nested.push(inner);
            self.command.words.push("$()".to_owned());
        } else if c == '<' && self.next_if('<') {
            if self.next_if('<') {
                self.redirect = Some("<<<");
            } else {
                self.next_if('-');
                self.redirect = Some("<<");
            }
        } else if self.next_if('&') {
            self.redirect = Some("&");
        } else {
            let appends = c == '>' && self.next_if('>');
            self.next_if('|');
            self.redirect = Some(match (c, appends) {
                ('<', _) => "<",
                (_, true) => ">>",
                _ => ">",
            });
        }
    }

    fn end_word(&mut self) {
        if !self.in_word && self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        self.in_word = false;
        match self.redirect.take() {
            None => match braces(&word).filter(|_| self.command.words.is_empty()) {
                Some(words) => self.command.words.extend(words),
                None => self.command.words.push(word),
            },
            Some("&") => {
                if !word.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
                    self.command.redirects.push((">", word)); // `>& file`
                }
            }
            Some("<<<") => self.command.fed = Some(word),
            Some("<<") => self.awaited.push((self.commands.len(), word)),
            Some(operator) => self.command.redirects.push((operator, word)),
        }
    }

    fn end_command(&mut self, pipes: bool) {
        self.end_word();
        self.redirect = None;
        let mut command = std::mem::take(&mut self.command);
        // The next one reads what this one writes; a line may break behind `|`.
        let nothing = command.words.is_empty() && command.redirects.is_empty();
        self.command.piped = pipes || nothing && command.piped;
        // Assignments in front of nothing are remembered.
        if let [only] = &command.words[..]
            && let Some((name, value)) = assignment(only)
        {
            self.variables.push((name.to_owned(), value.to_owned()));
            command.words.clear();
        }
        if let [export, rest @ ..] = &command.words[..]
            && matches!(export.as_str(), "export" | "local" | "declare" | "readonly")
        {
            let set = rest.iter().filter_map(|w| assignment(w));
            let set: Vec<_> = set.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            self.variables.extend(set);
        }
        if !command.words.is_empty() || !command.redirects.is_empty() {
            self.commands.push(command);
        } else if self
            .awaited
            .last()
            .is_some_and(|(i, _)| *i >= self.commands.len())
        {
            self.awaited.pop();
        }
    }

    /// Reads the here-documents announced on the line just ended.
    fn here_documents(&mut self) {
        for (index, delimiter) in std::mem::take(&mut self.awaited) {
            let rest = &self.text[self.at..];
            let mut length = 0;
            let mut body = rest.len();
            for line in rest.split_inclusive('\n') {
                length += line.len();
                if line.trim() == delimiter {
                    body = length - line.len();
                    break;
                }
            }
            if let Some(command) = self.commands.get_mut(index) {
                command.fed = Some(rest[..body].to_owned());
            }
            self.at += length;
        }
    }
}
