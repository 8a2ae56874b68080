//! Reads shell text as commands: quotes, separators, pipes, substitutions,
//! wrappers (`sudo`, `env`, `xargs`) and nested shells (`bash -c "…"`).
//!
//! A reader and not a substring test: `echo "rm -rf /"` runs `echo`.

/// One simple command.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Command {
    /// The program without its folder, then its arguments, quotes undone.
    pub words: Vec<String>,
    /// True when it reads what the command before it writes.
    pub piped: bool,
}

/// How many commands of one text are read, and how often a nested shell is
/// opened: bounds on what a hostile text can cost.
const MAX_COMMANDS: usize = 500;
const MAX_NESTED: usize = 50;

/// Reads all commands, those in nested shells behind the others.
pub fn commands(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut texts = vec![text.to_owned()];
    let mut nested = 0;
    while let Some(text) = texts.pop() {
        for mut command in split(&text) {
            if commands.len() >= MAX_COMMANDS {
                return commands;
            }
            unwrap(&mut command.words);
            if nested < MAX_NESTED
                && let Some(inner) = inner(&command.words)
            {
                nested += 1;
                texts.push(inner);
            }
            if !command.words.is_empty() {
                commands.push(command);
            }
        }
    }
    commands
}

fn split(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut command = Command::default();
    let mut word = String::new();
    let mut in_word = false;
    let mut quote: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('"'), '\\') => word.extend(chars.next()),
            // A substitution runs inside double quotes too; its text stays part
            // of the word, which is enough to see it.
            (Some('"'), '`') => word.push(' '),
            (Some(_), _) => word.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                in_word = true;
            }
            (None, '\\') => {
                if chars.peek() == Some(&'\n') {
                    chars.next();
                } else {
                    word.extend(chars.next());
                    in_word = true;
                }
            }
            (None, '#') if !in_word => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, ' ' | '\t' | '\r') => end_word(&mut command, &mut word, &mut in_word),
            (None, ';' | '&' | '|' | '\n' | '(' | ')' | '`' | '{' | '}')
                if !(matches!(c, '{' | '}') && in_word) =>
            {
                if c == '&' && (word.ends_with('>') || chars.peek() == Some(&'>')) {
                    word.push(c); // `2>&1`, `&>`
                    in_word = true;
                    continue;
                }
                if word == "$" {
                    word.clear();
                    in_word = false;
                }
                end_word(&mut command, &mut word, &mut in_word);
                let doubled = matches!(c, '&' | '|') && chars.next_if_eq(&c).is_some();
                if !command.words.is_empty() {
                    commands.push(std::mem::take(&mut command));
                }
                command.piped = c == '|' && !doubled;
            }
            (None, '>' | '<') => {
                if !word
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b == b'>' || b == b'<')
                {
                    end_word(&mut command, &mut word, &mut in_word);
                }
                word.push(c);
                if chars.peek() != Some(&'>')
                    && chars.peek() != Some(&'<')
                    && chars.peek() != Some(&'&')
                {
                    in_word = true;
                    end_word(&mut command, &mut word, &mut in_word);
                }
            }
            (None, _) => {
                word.push(c);
                in_word = true;
            }
        }
    }
    end_word(&mut command, &mut word, &mut in_word);
    if !command.words.is_empty() {
        commands.push(command);
    }
    commands
}

fn end_word(command: &mut Command, word: &mut String, in_word: &mut bool) {
    if *in_word || !word.is_empty() {
        command.words.push(std::mem::take(word));
    }
    *in_word = false;
}

/// Takes wrappers away until the program that does the work comes first.
fn unwrap(words: &mut Vec<String>) {
    loop {
        let Some(first) = words.first() else { return };
        let program = name(first).to_owned();
        let takes_value: &[&str] = match program.as_str() {
            "sudo" | "doas" => &["-u", "-g", "-h", "-p"],
            "xargs" => &["-n", "-P", "-I", "-L", "-d"],
            "nice" => &["-n"],
            "timeout" => &["-s", "-k"],
            "env" | "nohup" | "time" | "exec" | "command" | "builtin" | "setsid" | "stdbuf"
            | "then" | "do" | "else" => &[],
            _ if first.contains('=')
                && !first.starts_with('-')
                && first.split('=').next().is_some_and(is_name) =>
            {
                words.remove(0);
                continue;
            }
            _ => {
                if let Some(first) = words.first_mut() {
                    *first = program;
                }
                return;
            }
        };
        words.remove(0);
        while let Some(flag) = words.first().filter(|w| w.starts_with('-')).cloned() {
            words.remove(0);
            if takes_value.contains(&flag.as_str()) && !words.is_empty() {
                words.remove(0);
            }
        }
        if program == "timeout" && !words.is_empty() {
            words.remove(0);
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(path)
}

/// The text a command hands to another shell.
fn inner(words: &[String]) -> Option<String> {
    let program = words.first()?.as_str();
    match program {
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "su" => {
            let flag = words
                .iter()
                .position(|w| w.starts_with('-') && !w.starts_with("--") && w.ends_with('c'))?;
            words.get(flag + 1).cloned()
        }
        "eval" => Some(words[1..].join(" ")),
        "ssh" => {
            let rest: Vec<&String> = words[1..]
                .iter()
                .skip_while(|w| w.starts_with('-'))
                .collect();
            rest.get(1).map(|_| {
                rest[1..]
                    .iter()
                    .map(|w| w.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
        }
        "find" => {
            let at = words.iter().position(|w| w == "-exec" || w == "-execdir")?;
            Some(words[at + 1..].join(" "))
        }
        "docker" | "kubectl" | "podman" => {
            let at = words
                .iter()
                .position(|w| w == "--" || w == "sh" || w == "bash")?;
            let from = if words[at] == "--" { at + 1 } else { at };
            (words.iter().any(|w| w == "exec" || w == "run")).then(|| quote(&words[from..]))
        }
        _ => None,
    }
}

/// Joins words so that reading them again gives the same words.
fn quote(words: &[String]) -> String {
    words
        .iter()
        .map(|w| ["'", &w.replace('\'', "'\\''"), "'"].concat())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Command {
    /// The program's name.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The arguments.
    pub fn args(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// True when one of the arguments is exactly this.
    pub fn has(&self, arg: &str) -> bool {
        self.args().iter().any(|a| {
            a == arg
                || a.strip_prefix(arg)
                    .is_some_and(|rest| rest.starts_with('='))
        })
    }

    /// True when a bundle of short flags (`-rf`) has the letter.
    pub fn flag(&self, letter: char) -> bool {
        self.args()
            .iter()
            .any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains(letter))
    }

    /// The arguments that are neither flags nor redirections.
    pub fn operands(&self) -> impl Iterator<Item = &str> {
        self.args()
            .iter()
            .map(String::as_str)
            .take_while(|a| {
                !a.trim_start_matches(|c: char| c.is_ascii_digit())
                    .starts_with(['>', '<'])
            })
            .filter(|a| !a.starts_with('-'))
    }

    /// The `i`th operand, empty when there is none.
    pub fn operand(&self, i: usize) -> &str {
        self.operands().nth(i).unwrap_or("")
    }

    /// The command as one line.
    pub fn line(&self) -> String {
        self.words.join(" ")
    }

    /// True when it says that it only tries.
    pub fn is_trial(&self) -> bool {
        self.args().iter().any(|a| {
            matches!(
                a.as_str(),
                "--dry-run"
                    | "--dryrun"
                    | "--whatif"
                    | "-WhatIf"
                    | "--check"
                    | "--help"
                    | "--simulate"
                    | "--no-act"
            ) || a.starts_with("--dry-run=") && a != "--dry-run=none"
        })
    }
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
        assert_eq!(lines("sudo -u root env A=1 /bin/rm -r x"), ["rm -r x"]);
        assert_eq!(
            lines("bash -c \"rm -rf ~\""),
            ["bash -c rm -rf ~", "rm -rf ~"]
        );
        assert_eq!(
            lines("ssh -q host 'systemctl stop x'")[1],
            "systemctl stop x"
        );
        assert_eq!(lines("echo $(rm -rf x)"), ["echo", "rm -rf x"]);
        assert_eq!(lines("find . -name x | xargs rm -f")[1], "rm -f");
    }

    #[test]
    fn redirections_are_not_operands() {
        let command = &commands("cat a b >> out.txt 2>&1")[0];
        assert_eq!(command.operands().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn broken_text_is_read_as_far_as_it_goes() {
        for text in ["'", "\"a", "\\", "a |", "((((", "$(", "2>", ""] {
            let _ = commands(text);
        }
    }
}
