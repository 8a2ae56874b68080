//! Reads shell text as commands: quotes, separators, pipes, redirections,
//! here-documents, substitutions, plain variables, wrappers (`sudo`, `xargs`)
//! and nested shells (`bash -c "…"`, `ssh host …`, `base64 -d | sh`).
//!
//! A reader and not a substring test: `echo "rm -rf /"` runs `echo`.

use super::unwrap;

/// One simple command.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Command {
    /// The program without its folder, then its arguments, quotes undone.
    pub words: Vec<String>,
    /// Where its output goes or its input comes from: `>`, `>>`, `<` and the file.
    pub redirects: Vec<(&'static str, String)>,
    /// The text of a here-document or a here-string it is fed.
    pub fed: Option<String>,
    /// True when it reads what the command before it writes.
    pub piped: bool,
    /// Variables set for it alone: `RAILS_ENV=test`.
    pub variables: Vec<String>,
    /// The machine, container or pod it runs on, when not here.
    pub host: Option<String>,
}

/// How many commands of one text are read, and how often a nested shell is
/// opened: bounds on what a hostile text can cost.
const MAX_COMMANDS: usize = 500;
const MAX_NESTED: usize = 50;
/// How much of one text is read.
const MAX_TEXT: usize = 64 * 1024;

/// Reads all commands, those in nested shells behind the others.
pub fn commands(text: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    // Each with the machine it runs on, and whether what it writes is run in turn.
    let mut texts: Vec<(String, Option<String>, bool)> = vec![(text.to_owned(), None, false)];
    let mut nested = 0;
    let mut next = 0;
    while let Some((text, host, run)) = texts.get(next).cloned() {
        next += 1;
        let mut reader = Reader::new(crate::finding::short(&text, MAX_TEXT));
        reader.run();
        let first = commands.len();
        for mut command in reader.commands {
            if commands.len() >= MAX_COMMANDS {
                return commands;
            }
            unwrap::wrappers(&mut command);
            command.host = host.clone();
            if !command.words.is_empty() || !command.redirects.is_empty() {
                commands.push(command);
            }
        }
        for i in first..commands.len() {
            if let Some(inner) = unwrap::inner(&commands[first..=i])
                && nested < MAX_NESTED
            {
                nested += 1;
                texts.push((inner.text, inner.host.or_else(|| host.clone()), false));
            }
        }
        let runs = commands[first..].iter().any(|c| {
            (c.program() == "eval" || unwrap::is_shell(c.program())) && c.line().contains("$()")
        });
        for inner in reader.nested {
            if nested < MAX_NESTED {
                nested += 1;
                texts.push((inner, host.clone(), runs));
            }
        }
        if let Some(said) = unwrap::said(&commands[first..]).filter(|_| run && nested < MAX_NESTED)
        {
            nested += 1;
            texts.push((said, host, false));
        }
    }
    commands
}

/// Reads one text; what stands in substitutions is put aside.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    commands: Vec<Command>,
    nested: Vec<String>,
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

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Reader<'a> {
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
        self.text[self.at..].chars().next()
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

    fn run(&mut self) {
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
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(b);
        let behind = &self.text.as_bytes()[self.at..];
        self.at += behind.iter().take_while(|b| plain(b)).count();
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

/// `NAME=value`.
pub fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (plain && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit()).then_some((name, value))
}

/// `{rm,-rf,/}`: words written without a space.
fn braces(word: &str) -> Option<Vec<String>> {
    let inner = word.strip_prefix('{')?.strip_suffix('}')?;
    (inner.contains(',') && !inner.contains(char::is_whitespace))
        .then(|| inner.split(',').map(str::to_owned).collect())
}

/// The text of `$'…'`: `\x72\155` is `rm`.
fn ansi(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let Some(kind) = chars.next() else { break };
        let (radix, most, first) = match kind {
            'x' => (16, 2, None),
            'u' => (16, 4, None),
            '0'..='7' => (8, 2, kind.to_digit(8)),
            'n' => {
                plain.push('\n');
                continue;
            }
            't' => {
                plain.push('\t');
                continue;
            }
            other => {
                plain.push(other);
                continue;
            }
        };
        let mut code = first.unwrap_or(0);
        for _ in 0..most {
            let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else {
                break;
            };
            code = code * radix + digit;
            chars.next();
        }
        plain.extend(char::from_u32(code));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        commands(text).iter().map(Command::line).collect()
    }

    #[test]
    fn commands_are_separated_and_quotes_undone() {
        assert_eq!(
            lines("cd a && rm -rf 'my dir' ; ls | wc -l"),
            ["cd a", "rm -rf my dir", "ls", "wc -l"]
        );
        assert_eq!(lines("echo \"rm -rf /\""), ["echo rm -rf /"]);
        assert_eq!(commands("echo \"rm -rf /\"")[0].program(), "echo");
        assert!(commands("curl x | sh")[1].piped && !commands("curl x || sh")[1].piped);
    }

    #[test]
    fn wrappers_and_nested_shells_are_opened() {
        for (text, last) in [
            ("sudo -u root env A=1 /bin/rm -r x", "rm -r x"),
            ("bash -c \"rm -rf ~\"", "rm -rf ~"),
            ("ssh -q -p 22 host 'systemctl stop x'", "systemctl stop x"),
            ("echo $(rm -rf x)", "rm -rf x"),
            ("echo \"now: $(rm -rf x)\"", "rm -rf x"),
            ("find . -name x | xargs -0 rm -f", "rm -f"),
            ("find . -name '*.log' -exec rm -f {} +", "rm -f {}"),
            ("kubectl exec -it pod-1 -- rm -rf /data", "rm -rf /data"),
            ("docker run --rm alpine sh -c 'rm -rf /x'", "rm -rf /x"),
            ("if true; then rm -rf x; fi", "rm -rf x"),
            ("for d in a b; do rm -rf x; done", "rm -rf x"),
            ("echo cm0gLXJmIC9kYXRh | base64 -d | sh", "rm -rf /data"),
            ("base64 -d <<< cm0gLXJmIC9kYXRh | bash", "rm -rf /data"),
            ("bash <<'EOF'\nrm -rf /data\nEOF\n", "rm -rf /data"),
            ("echo 'rm -rf /data' | sh", "rm -rf /data"),
            ("eval \"rm -rf /data\"", "rm -rf /data"),
            ("pwsh -Command 'rm -rf /data'", "rm -rf /data"),
            ("flock /tmp/l rm -rf /data", "rm -rf /data"),
        ] {
            let found = lines(text);
            assert!(found.iter().any(|l| l == last), "{text}: {found:?}");
        }
    }

    #[test]
    fn disguises_are_undone() {
        for text in [
            "r''m -r\"f\" /",
            "X=rm; $X -rf /",
            "X='rm -rf'; ${X} /",
            "{rm,-rf,/}",
            "rm${IFS}-rf${IFS}/",
            "$'\\x72\\155' -rf /",
            "\\rm -rf /",
            "/usr/bin/rm -rf /",
        ] {
            assert!(lines(text).iter().any(|l| l == "rm -rf /"), "{text}");
        }
    }

    #[test]
    fn redirections_are_not_operands() {
        let command = &commands("cat a >> out.txt 2>&1 b")[0];
        assert_eq!(command.operands().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(command.redirects, [(">>", "out.txt".to_owned())]);
        assert_eq!(commands("> important.db")[0].redirects[0].0, ">");
    }

    #[test]
    fn a_here_document_is_input_and_no_commands() {
        let found = commands("cat > notes.md <<EOF\nrm -rf /\nEOF\nls");
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].fed.as_deref(), Some("rm -rf /\n"));
    }

    #[test]
    fn the_machine_a_command_runs_on_is_kept() {
        let found = commands("ssh -i k deploy@db-1 'sudo rm -rf /srv/x'");
        assert_eq!(found[1].host.as_deref(), Some("deploy@db-1"));
    }

    #[test]
    fn broken_text_is_read_as_far_as_it_goes() {
        for text in [
            "'", "\"a", "\\", "a |", "((((", "$(", "2>", "", "<<", "<<EOF", "${", "$'", "`",
            "a <<E\n", "é$(é",
        ] {
            let _ = commands(text);
        }
    }
}
