//! Which fields hold code, and what it would do.
//!
//! - `tool`: what the tool's name says of it
//! - `texts`: the fields that hold it

mod texts;
mod tool;

use super::deed::{Deed, Sort};
use super::shell::{self, Command};
use super::sql::{self, Statement};
use super::{calls, databases, http, of_commands, of_statement, place, script, written};
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::words::Words;

use texts::texts;
pub use tool::is_vague;
use tool::{is_search, leaves_out, program, put_together};

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
    // A tool that runs code has it in its one text, whatever that is called.
    if runs
        && !shown
        && let Some(field) = only_text(fields)
    {
        shown = true;
        code.take(&field.path, &field.text, looks && !vague);
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

/// The text of more than a word, when there is one and no other.
fn only_text(fields: &[Field]) -> Option<&Field> {
    let mut texts = fields
        .iter()
        .filter(|f| f.value == Plain::Text && f.text.contains(' '));
    let first = texts.next()?;
    texts.next().is_none().then_some(first)
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
        let spared = fields
            .iter()
            .any(|f| names_place(f.name()) && place::is_trial_place(&f.text))
            && !place::is_live_place(&place);
        if spared {
            let house = [Sort::Destroy, Sort::Change, Sort::Guard];
            self.deeds.retain(|d| !house.contains(&d.sort));
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
        if let Some((lines, rest)) = tool::of_notebook(text) {
            self.shell(path, &lines);
            if !rest.trim().is_empty() {
                self.take(path, &rest, looks);
            }
            return;
        }
        let found = sql::statements(text);
        if !found.is_empty() {
            self.deeds.extend(
                found
                    .iter()
                    .filter_map(of_statement)
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
        of_commands(&commands, &mut deeds);
        self.deeds
            .extend(deeds.into_iter().map(|d| placed(d, path)));
        for (i, command) in commands.iter().enumerate() {
            let found = databases::statements(command, &commands[..i]);
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
        // `{"method": "DELETE", "url": "/users/7"}`, or `{"DELETE": "/users/7"}`.
        let pair = match named(&["method", "http_method", "verb"]) {
            Some(method) => named(&["url", "uri", "path", "endpoint", "route", "href"])
                .map(|url| (method.text.as_str(), url)),
            None => ["POST", "PUT", "PATCH", "DELETE"]
                .into_iter()
                .find_map(|method| Some((method, named(&[method])?))),
        };
        let Some((method, url)) = pair else {
            return;
        };
        let body = named(&["body", "data", "json", "payload"]).map_or("", |f| f.text.as_str());
        let request = http::Request {
            method: method.to_ascii_uppercase(),
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

/// True for a field that says in which of several places it happens.
fn names_place(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "db" | "database"
            | "env"
            | "environment"
            | "umgebung"
            | "entorno"
            | "environnement"
            | "namespace"
            | "context"
            | "profile"
            | "workspace"
            | "stack"
            | "cluster"
            | "schema"
            | "keyspace"
            | "tenant"
    )
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
