//! Questions about one command, asked by the readers of programs.

use super::shell::Command;

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(path)
}

/// Ways to say that a command only tries.
const TRIALS: [&str; 14] = [
    "--dry-run",
    "--dryrun",
    "--dry_run",
    "--whatif",
    "-WhatIf",
    "--what-if",
    "--help",
    "--simulate",
    "--no-act",
    "--just-print",
    "--noop",
    "--preview",
    "--pretend",
    "--validate-only",
];

impl Command {
    /// The program's name.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// The arguments.
    pub fn args(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// True when one of the arguments is exactly this, or this with `=value`.
    pub fn has(&self, arg: &str) -> bool {
        self.value(arg).is_some()
    }

    /// The value of `--name=value`, empty for a plain `--name`.
    fn value(&self, arg: &str) -> Option<&str> {
        self.args().iter().find_map(|a| {
            let rest = a.strip_prefix(arg)?;
            if rest.is_empty() {
                Some("")
            } else {
                rest.strip_prefix('=')
            }
        })
    }

    /// The value of an option, written `--name value` or `--name=value`.
    pub fn option(&self, names: &[&str]) -> Option<&str> {
        let mut args = self.args().iter();
        while let Some(arg) = args.next() {
            for name in names {
                if let Some(rest) = arg.strip_prefix(name) {
                    if let Some(value) = rest.strip_prefix('=') {
                        return Some(value);
                    }
                    if rest.is_empty() {
                        return args.next().map(String::as_str);
                    }
                }
            }
        }
        None
    }

    /// True when a bundle of short flags (`-rf`) has the letter.
    pub fn flag(&self, letter: char) -> bool {
        self.args().iter().any(|a| {
            a.starts_with('-') && !a.starts_with("--") && a.len() <= 8 && a.contains(letter)
        })
    }

    /// The arguments that are no flags.
    pub fn operands(&self) -> impl Iterator<Item = &str> {
        self.args()
            .iter()
            .map(String::as_str)
            .filter(|a| !a.starts_with('-') || *a == "-")
    }

    /// The `i`th operand, empty when there is none.
    pub fn operand(&self, i: usize) -> &str {
        self.operands().nth(i).unwrap_or("")
    }

    /// True when one of the operands is one of these.
    pub fn says(&self, any: &[&str]) -> bool {
        self.operands().any(|o| any.contains(&o))
    }

    /// The operands behind the first one that is `verb`.
    pub fn behind<'a>(&'a self, verb: &'a str) -> impl Iterator<Item = &'a str> {
        self.operands().skip_while(move |o| *o != verb).skip(1)
    }

    /// The command as one line.
    pub fn line(&self) -> String {
        let mut line = self.words.join(" ");
        for (operator, file) in &self.redirects {
            for piece in [" ", operator, " ", file] {
                line.push_str(piece);
            }
        }
        line.trim_start().to_owned()
    }

    /// The files the output goes to.
    pub fn written(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.redirects
            .iter()
            .filter(|(op, _)| op.starts_with('>'))
            .map(|(op, file)| (*op, file.as_str()))
    }

    /// True when it says that it only tries, or asks for help.
    pub fn is_trial(&self) -> bool {
        self.args().iter().any(|a| a.starts_with('-'))
            && TRIALS.iter().any(|t| {
                self.value(t)
                    .is_some_and(|v| !matches!(v, "none" | "false" | "0"))
            })
    }
}

#[cfg(test)]
mod tests {
    use crate::readers::shell::commands;

    #[test]
    fn flags_options_and_operands_are_told_apart() {
        let command = &commands("tool -xf --name=a --to b c --dry-run=none")[0];
        assert!(command.flag('x') && command.flag('f') && !command.flag('n'));
        assert_eq!(command.option(&["--name"]), Some("a"));
        assert_eq!(command.option(&["--to"]), Some("b"));
        assert_eq!(command.behind("b").collect::<Vec<_>>(), ["c"]);
        assert!(!command.is_trial(), "a trial that is none");
    }
}
