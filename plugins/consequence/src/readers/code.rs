//! Which fields hold code, and what it would do.

use super::deed::Deed;
use super::shell::{self, Command};
use super::sql::{self, Statement};
use super::{calls, http, script, unwrap, written};
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::words::Words;

/// The code of one action.
#[derive(Debug, Default)]
pub struct Code {
    /// Shell commands, each with its field's path.
    pub commands: Vec<(String, Command)>,
    /// SQL statements that change something, each with its field's path.
    pub statements: Vec<(String, Statement)>,
    /// What all of it would do.
    pub deeds: Vec<Deed>,
}

/// Reads the code in the arguments. A tool that runs code and does not show it
/// is judged by what it says of it.
pub fn read(kind: &Words, fields: &[Field], summary: &str) -> Code {
    let mut code = Code::default();
    if fields.iter().any(tries_only) {
        return code;
    }
    let all = kind.all();
    let runs = all.any(Senses::EXEC);
    let vague = is_vague(kind);
    let looks = all.any(Senses::READ) && !runs;
    if looks && is_search(kind) {
        return code; // what is looked for is not run
    }
    let mut shown = false;
    let program = program(kind);
    for (path, text) in texts(fields, runs || vague || program.is_some()) {
        shown = true;
        // A tool called `kubectl` with `{"args": ["delete", …]}`.
        let text = match program {
            Some(program) if leaves_out(program, &text) => [program, " ", &text].concat(),
            _ => text,
        };
        code.take(&path, &text, looks && !vague);
    }
    if runs && !shown {
        code.shell("summary", summary);
    }
    if let Some(program) = program.filter(|_| !shown) {
        code.shell("payload", &put_together(program, kind, fields));
    }
    code.request(fields);
    if !looks {
        written::read(fields, &mut code.deeds);
    }
    code.settle(fields);
    code
}

/// The program a tool is called after.
fn program(kind: &Words) -> Option<&str> {
    let programs = [
        "kubectl",
        "helm",
        "git",
        "docker",
        "terraform",
        "tofu",
        "pulumi",
        "aws",
        "gcloud",
        "az",
        "gh",
        "systemctl",
        "podman",
        "npm",
        "pip",
        "ansible",
        "vault",
    ];
    kind.iter().find(|w| programs.contains(w))
}

/// The command line that a tool stands for which is called after a program and
/// its verb: `git.push` with `{"branch": "main", "force": true}`.
fn put_together(program: &str, kind: &Words, fields: &[Field]) -> String {
    let mut line = String::from(program);
    let mut flags = String::new();
    for word in kind.iter().skip_while(|w| *w != program).skip(1) {
        match word {
            "force" | "hard" | "all" => flags.extend([" --", word]),
            _ => line.extend([" ", word]),
        }
    }
    let named = |name: &str| fields.iter().find(|f| f.name() == name);
    if program == "git" && kind.iter().any(|w| w == "push") && named("remote").is_none() {
        line.push_str(" origin");
    }
    for name in [
        "remote", "kind", "resource", "type", "branch", "ref", "refspec", "name", "target",
        "release", "service", "volume",
    ] {
        if let Some(field) = named(name).filter(|f| f.value == Plain::Text) {
            line.extend([" ", &argument(&field.text, true)]);
        }
    }
    for field in fields.iter().filter(|f| f.text.len() <= 200) {
        let name = field.name();
        if field.value == Plain::Flag(true) {
            line.extend([" --", &name.replace('_', "-")]);
        } else if let Plain::Number(_) = field.value {
            line.extend([" --", name, "=", &field.text]);
        } else if matches!(
            name,
            "namespace" | "context" | "profile" | "stack" | "env" | "visibility"
        ) {
            line.extend([" --", name, "=", &argument(&field.text, true)]);
        }
    }
    line + &flags
}

/// True for a line that begins with a verb of the program's and not with the
/// program itself.
fn leaves_out(program: &str, text: &str) -> bool {
    let first = text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_matches('\'');
    let a_word = first.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    first != program
        && a_word
        && !matches!(first, "sudo" | "cd" | "env" | "echo" | "cat" | "ls")
        && !text.contains("&&")
}

/// True for a field that says that nothing is done yet.
fn tries_only(field: &Field) -> bool {
    if !field.is_on() {
        return false;
    }
    let name = field.name().to_ascii_lowercase();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(
        name.as_str(),
        "dryrun"
            | "preview"
            | "simulate"
            | "whatif"
            | "noop"
            | "checkonly"
            | "validateonly"
            | "explain"
            | "planonly"
            | "simulation"
            | "testlauf"
            | "simulacion"
            | "essaiblanc"
            | "probelauf"
            | "checkmode"
    )
}

/// True for tools that look texts up.
fn is_search(kind: &Words) -> bool {
    let search = [
        "search",
        "find",
        "grep",
        "lookup",
        "suche",
        "suchen",
        "chercher",
        "buscar",
        "rechercher",
    ];
    kind.iter().any(|w| search.contains(&w)) || kind.all().any(Senses::PAPER)
}

/// Names that say nothing of what is done.
fn is_vague(kind: &Words) -> bool {
    const VAGUE: [&str; 24] = [
        "execute",
        "call",
        "api",
        "run",
        "request",
        "query",
        "tool",
        "invoke",
        "action",
        "do",
        "perform",
        "op",
        "operation",
        "task",
        "exec",
        "function",
        "generic",
        "use",
        "use_tool",
        "dispatch",
        "ejecutar",
        "executer",
        "ausfuhren",
        "appel",
    ];
    kind.len() <= 4 && kind.iter().any(|w| VAGUE.contains(&w))
}

/// The texts that may be code, each with its field's path: values of fields
/// named for it, and argument lists put together.
fn texts(fields: &[Field], runs: bool) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    // Arguments that stand in front of their command, as sorted keys do.
    let mut ahead: Vec<(&str, String)> = Vec::new();
    for field in fields
        .iter()
        .filter(|f| f.value == Plain::Text || matches!(f.value, Plain::Number(_)))
    {
        let (stem, item) = match field
            .path
            .strip_suffix(']')
            .and_then(|p| p.rsplit_once('['))
        {
            Some((stem, _)) => (stem, true),
            None => (field.path.as_str(), false),
        };
        let name = stem.rsplit('.').next().unwrap_or(stem);
        let arguments = matches!(
            name,
            "args" | "argv" | "arguments" | "params" | "parameters" | "flags"
        );
        let program = matches!(
            name,
            "program" | "binary" | "executable" | "programme" | "bin"
        );
        if arguments && (item || !field.text.contains('\n')) && !last_is_list(&texts, stem) {
            // `{"command": "rm", "args": ["-rf", "/"]}`
            let word = argument(&field.text, item);
            match texts
                .last_mut()
                .filter(|(path, _)| parent(path) == parent(stem))
            {
                Some((_, text)) => text.extend([" ", &word]),
                None => ahead.push((parent(stem), word)),
            }
            continue;
        }
        let named = field.key.any(Senses::COMMAND)
            || program && runs
            || name == "cmds"
            || name == "commands";
        let fits = field.value == Plain::Text || item;
        if !fits || !named && (!runs || !reads_as_command(&field.text)) {
            continue;
        }
        match texts.last_mut() {
            Some((path, text)) if item && path.as_str() == stem => {
                // A list of whole commands, or the words of one.
                let whole =
                    field.text.contains(' ') && text.contains(' ') && !text.starts_with('\'');
                text.push(if whole { '\n' } else { ' ' });
                text.push_str(&if whole {
                    field.text.clone()
                } else {
                    argument(&field.text, true)
                });
            }
            _ => {
                let mut text = field.text.clone();
                let (mine, others) = ahead.into_iter().partition(|(p, _)| *p == parent(stem));
                ahead = others;
                let mine: Vec<(&str, String)> = mine;
                for (_, word) in mine {
                    text.extend([" ", &word]);
                }
                texts.push((stem.to_owned(), text));
            }
        }
    }
    // Arguments of no command: those of the program the tool is called after.
    if runs && texts.is_empty() && !ahead.is_empty() {
        let words: Vec<String> = ahead.into_iter().map(|(_, word)| word).collect();
        texts.push(("payload".to_owned(), words.join(" ")));
    }
    texts
}

fn last_is_list(texts: &[(String, String)], stem: &str) -> bool {
    texts.last().is_some_and(|(path, _)| path == stem)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(p, _)| p)
}

/// A list's item is one word, whatever stands in it.
fn argument(text: &str, item: bool) -> String {
    if item && text.contains(|c: char| c.is_whitespace() || "'\"$`;|&<>(){}*".contains(c)) {
        unwrap::quote(&[text.to_owned()])
    } else {
        text.to_owned()
    }
}

/// True for a text in a field of any name that begins like a command line or a
/// statement: programs whose names are no words of prose.
fn reads_as_command(text: &str) -> bool {
    const PROGRAMS: [&str; 44] = [
        "rm",
        "sudo",
        "curl",
        "wget",
        "git",
        "kubectl",
        "helm",
        "docker",
        "terraform",
        "aws",
        "gcloud",
        "az",
        "psql",
        "mysql",
        "systemctl",
        "bash",
        "sh",
        "chmod",
        "chown",
        "dd",
        "ssh",
        "scp",
        "rsync",
        "npm",
        "pip",
        "python",
        "python3",
        "node",
        "iptables",
        "ufw",
        "crontab",
        "nc",
        "gh",
        "redis-cli",
        "mongosh",
        "tofu",
        "pulumi",
        "ansible-playbook",
        "podman",
        "mkfs",
        "shred",
        "useradd",
        "usermod",
        "powershell",
    ];
    let head = crate::finding::short(text, 300);
    let mut words = head.split_whitespace();
    let first = words.next().unwrap_or_default();
    PROGRAMS.contains(&super::command::name(first)) && words.next().is_some()
        || !sql::statements(head).is_empty()
}

impl Code {
    /// Adds the place that fields of their own name: `{"host": "web-2", …}`.
    fn settle(&mut self, fields: &[Field]) {
        if self.deeds.is_empty() {
            return;
        }
        let mut place = String::new();
        let mut host = None;
        for field in fields
            .iter()
            .filter(|f| f.value == Plain::Text && f.text.len() <= 200)
        {
            let name = field
                .path
                .rsplit('.')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            if matches!(
                name.as_str(),
                "host"
                    | "hostname"
                    | "server"
                    | "machine"
                    | "node"
                    | "hote"
                    | "serveur"
                    | "rechner"
                    | "servidor"
            ) {
                host = Some(field.text.clone());
            }
            if !field.text.contains(char::is_whitespace) {
                place.push(' ');
                place.push_str(&field.text);
            }
        }
        for deed in &mut self.deeds {
            deed.place.push_str(&place);
            if deed.host.is_none() {
                deed.host.clone_from(&host);
            }
        }
    }

    /// Judges one text as what it is.
    fn take(&mut self, path: &str, text: &str, looks: bool) {
        let found = sql::statements(text);
        if !found.is_empty() {
            self.deeds.extend(
                found
                    .iter()
                    .filter_map(super::of_statement)
                    .map(|d| placed(d, path)),
            );
            self.statements
                .extend(found.into_iter().map(|s| (path.to_owned(), s)));
        } else if calls::is_script(text) {
            let first = self.deeds.len();
            let shells = script::read(text, &mut self.deeds);
            script::forgive(&mut self.deeds, first);
            for deed in &mut self.deeds[first..] {
                path.clone_into(&mut deed.path);
            }
            for inner in shells {
                self.shell(path, &inner);
            }
        } else if !looks && !is_graph_query(text) {
            self.shell(path, text);
        }
    }

    /// Judges one text as commands.
    fn shell(&mut self, path: &str, text: &str) {
        let commands = shell::commands(text);
        let mut deeds = Vec::new();
        super::of_commands(&commands, &mut deeds);
        self.deeds
            .extend(deeds.into_iter().map(|d| placed(d, path)));
        for (i, command) in commands.iter().enumerate() {
            let found = super::databases::statements(command, &commands[..i]);
            self.statements
                .extend(found.into_iter().map(|s| (path.to_owned(), s)));
        }
        self.commands
            .extend(commands.into_iter().map(|c| (path.to_owned(), c)));
    }

    /// Judges a request: `method` and `url` fields.
    fn request(&mut self, fields: &[Field]) {
        let named = |names: &[&str]| {
            fields.iter().find(|f| {
                f.value == Plain::Text && names.iter().any(|n| f.name().eq_ignore_ascii_case(n))
            })
        };
        let Some(method) = named(&["method", "http_method", "verb"]) else {
            return;
        };
        let Some(url) = named(&["url", "uri", "path", "endpoint", "route", "href"]) else {
            return;
        };
        let body = named(&["body", "data", "json", "payload"]).map_or("", |f| f.text.as_str());
        let request = http::Request {
            method: method.text.to_ascii_uppercase(),
            url: &url.text,
            body,
        };
        let mut deeds = Vec::new();
        http::read(&request, &mut deeds);
        for mut deed in deeds {
            deed.text = [&request.method, " ", url.text.as_str()].concat();
            self.deeds.push(placed(deed, &url.path));
        }
    }
}

/// `query { … }`, `mutation { … }`: a language of its own, read as an operation.
fn is_graph_query(text: &str) -> bool {
    let text = text.trim_start();
    text.contains('{')
        && ["query", "mutation", "subscription", "{"]
            .iter()
            .any(|k| text.starts_with(k))
}

fn placed(mut deed: Deed, path: &str) -> Deed {
    path.clone_into(&mut deed.path);
    deed
}
