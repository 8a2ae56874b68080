//! Takes away what stands around the command that does the work.

use super::command::name;
use super::shell::{Command, assignment};
use crate::encodings;

/// Programs that run the rest of their line: the program, its flags that take a
/// value, how many operands of its own it has.
const WRAPPERS: [(&str, &[&str], usize); 34] = [
    (
        "sudo",
        &["-u", "-g", "-h", "-p", "-C", "-D", "--user", "--group"],
        0,
    ),
    ("doas", &["-u", "-C"], 0),
    ("env", &["-u", "-C", "-S"], 0),
    ("nohup", &[], 0),
    ("time", &["-f", "-o"], 0),
    ("nice", &["-n"], 0),
    ("ionice", &["-c", "-n", "-p"], 0),
    ("chrt", &[], 1),
    ("timeout", &["-s", "-k"], 1),
    ("xargs", &["-n", "-P", "-I", "-L", "-d", "-a", "-s"], 0),
    ("parallel", &["-j"], 0),
    ("exec", &["-a"], 0),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("unbuffer", &[], 0),
    ("watch", &["-n"], 0),
    ("flock", &["-w", "-E"], 1),
    ("chroot", &[], 1),
    ("strace", &["-e", "-o", "-p"], 0),
    ("busybox", &[], 0),
    ("systemd-run", &["-p", "--unit"], 0),
    ("runuser", &["-u"], 0),
    ("gosu", &[], 1),
    ("aws-vault", &[], 2),
    ("then", &[], 0),
    ("do", &[], 0),
    ("else", &[], 0),
    ("if", &[], 0),
    ("elif", &[], 0),
    ("while", &[], 0),
    ("until", &[], 0),
    ("!", &[], 0),
];

/// Takes wrappers away until the program that does the work comes first.
pub fn wrappers(command: &mut Command) {
    let words = &mut command.words;
    for _ in 0..16 {
        let Some(first) = words.first() else { return };
        if assignment(first).is_some() {
            command.variables.push(words.remove(0));
            continue;
        }
        let mut program = name(first);
        while let Some(bare) = program.strip_suffix(".exe") {
            program = bare;
        }
        let wrapper = WRAPPERS.iter().find(|(n, ..)| *n == program);
        if wrapper.is_none() && program.len() == first.len() {
            return; // most commands, as they stand
        }
        let program = program.to_owned();
        let Some((_, takes_value, operands)) = wrapper else {
            words[0] = program;
            return;
        };
        // `sudo -i` and `exec 3>x` run nothing: leave the program to be seen.
        let mut at = 1;
        while let Some(word) = words.get(at).filter(|w| w.starts_with('-')) {
            at += 1 + usize::from(takes_value.contains(&word.as_str()));
        }
        let at = at + operands;
        if at >= words.len() {
            words[0] = program; // it wraps nothing: `env`, `sudo -i`
            return;
        }
        words.drain(..at);
    }
}

/// A text a command hands to another shell, and where that runs.
pub struct Inner {
    /// The shell text.
    pub text: String,
    /// The machine, container or pod, when another one.
    pub host: Option<String>,
}

impl Inner {
    fn here(text: impl Into<String>) -> Option<Inner> {
        Some(Inner {
            text: text.into(),
            host: None,
        })
    }
}

/// True for programs that read commands.
pub fn is_shell(program: &str) -> bool {
    matches!(
        program,
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "ash" | "fish" | "su" | "source" | "."
    )
}

/// What the last of the commands hands on. The others came before it.
pub fn inner(commands: &[Command]) -> Option<Inner> {
    let (command, before) = commands.split_last()?;
    let program = command.program();
    match program {
        _ if is_shell(program) => to_shell(command, before),
        "pwsh" | "powershell" => command
            .option(&["-Command", "-c", "-command"])
            .and_then(Inner::here),
        "cmd" => {
            let at = command
                .words
                .iter()
                .position(|w| w.eq_ignore_ascii_case("/c"))?;
            Inner::here(command.words[at + 1..].join(" "))
        }
        "eval" => Inner::here(command.args().join(" ")),
        "script" | "nsenter" => command.option(&["-c"]).and_then(Inner::here),
        "ssh" => over_ssh(command),
        "find" | "fd" => {
            let at = command
                .words
                .iter()
                .position(|w| matches!(w.as_str(), "-exec" | "-execdir" | "-x" | "--exec"))?;
            let rest = &command.words[at + 1..];
            let end = rest.iter().position(|w| w == "+").unwrap_or(rest.len());
            Inner::here(quote(&rest[..end]))
        }
        "docker" | "kubectl" | "podman" | "oc" | "nerdctl" | "docker-compose" => {
            in_container(command)
        }
        "gcloud" => command.option(&["--command"]).and_then(Inner::here),
        "ansible" => {
            let module = command
                .option(&["-m", "--module-name"])
                .unwrap_or("command");
            let runs = matches!(module.rsplit('.').next(), Some("shell" | "command" | "raw"));
            Some(Inner {
                text: command
                    .option(&["-a", "--args"])
                    .filter(|_| runs)?
                    .to_owned(),
                host: Some(command.operand(0).to_owned()),
            })
        }
        _ => None,
    }
}

/// `bash -c '…'`, `bash <<EOF`, `echo … | sh`, `… | base64 -d | sh`.
fn to_shell(command: &Command, before: &[Command]) -> Option<Inner> {
    let flag = command
        .words
        .iter()
        .position(|w| w.starts_with('-') && !w.starts_with("--") && w.ends_with('c'));
    if let Some(text) = flag.and_then(|at| command.words.get(at + 1)) {
        return Inner::here(text.clone());
    }
    if let Some(text) = &command.fed {
        return Inner::here(text.clone());
    }
    if command.piped {
        return said(before).and_then(Inner::here);
    }
    None
}

/// The text that commands in a pipe write, where that can be told.
pub fn said(before: &[Command]) -> Option<String> {
    let (last, rest) = before.split_last()?;
    let input = || match &last.fed {
        Some(text) => Some(text.clone()),
        None if last.piped => said(rest),
        None => None,
    };
    match last.program() {
        "echo" | "printf" => Some(
            last.operands()
                .filter(|o| *o != "%s" && *o != "%s\\n")
                .collect::<Vec<_>>()
                .join(" ")
                .replace("\\n", "\n"),
        ),
        "base64" if last.flag('d') || last.flag('D') || last.has("--decode") => {
            encodings::text_of_base64(&input()?)
        }
        "openssl" if last.operand(0) == "base64" || last.operand(0) == "enc" => {
            encodings::text_of_base64(&input()?)
        }
        "xxd" if last.flag('r') => encodings::text_of_hex(&input()?),
        "rev" => Some(input()?.trim_end().chars().rev().collect()),
        "cat" | "tee" => input(),
        _ => None,
    }
}

fn over_ssh(command: &Command) -> Option<Inner> {
    const TAKES: [&str; 14] = [
        "-i", "-p", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-E", "-m", "-W",
    ];
    let mut args = command.args().iter();
    let host = loop {
        let word = args.next()?;
        if !word.starts_with('-') {
            break word;
        }
        if TAKES.contains(&word.as_str()) {
            args.next();
        }
    };
    let rest: Vec<&str> = args.map(String::as_str).collect();
    let text = if rest.is_empty() {
        command.fed.clone()?
    } else {
        rest.join(" ")
    };
    Some(Inner {
        text,
        host: Some(host.clone()),
    })
}

/// `docker exec app rm -rf /x`, `kubectl exec pod -- …`, `docker run image …`.
fn in_container(command: &Command) -> Option<Inner> {
    let verb = command
        .words
        .iter()
        .position(|w| matches!(w.as_str(), "exec" | "run" | "debug"))?;
    let rest = &command.words[verb + 1..];
    if let Some(at) = rest.iter().position(|w| w == "--") {
        return Some(Inner {
            text: quote(&rest[at + 1..]),
            host: rest[..at].iter().find(|w| !w.starts_with('-')).cloned(),
        });
    }
    let takes = [
        "-e",
        "-u",
        "-w",
        "-v",
        "-p",
        "--name",
        "--env",
        "--user",
        "--workdir",
        "--volume",
        "--network",
        "-n",
        "--mount",
        "--entrypoint",
        "-f",
        "-c",
    ];
    let mut at = 0;
    while let Some(word) = rest.get(at).filter(|w| w.starts_with('-')) {
        at += 1 + usize::from(takes.contains(&word.as_str()));
    }
    let host = rest.get(at)?;
    let inner = rest.get(at + 1..).filter(|r| !r.is_empty())?;
    Some(Inner {
        text: quote(inner),
        host: Some(host.clone()),
    })
}

/// Joins words so that reading them again gives the same words.
pub fn quote(words: &[String]) -> String {
    words
        .iter()
        .map(|w| ["'", &w.replace('\'', "'\\''"), "'"].concat())
        .collect::<Vec<_>>()
        .join(" ")
}
