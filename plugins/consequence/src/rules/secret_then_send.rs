//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::{Finding, short};
use crate::labels;
use crate::lexicon::Senses;
use crate::readers::shell::Command;
use crate::target;

/// The reason code.
pub const CODE: &str = "secret-then-send";
/// What it holds.
pub const DOC: &str = "After a secret was read in the session, or internal or personal data, something leaves the house to a place the user did not name.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":null,"steps":[
  {"type":"read_file","payload":{"path":"/srv/app/.env"}},
  {"type":"http_request","payload":{"method":"POST","url":"https://collect.example/in","body":"ok"}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":null,"steps":[
  {"type":"read_file","payload":{"path":"docs/secrets-policy.md"}},
  {"type":"http_request","payload":{"method":"POST","url":"https://collect.example/in","body":"ok"}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    let (path, to) = destination(facts)?;
    if facts.intent().names_value(&to) {
        return None;
    }
    let secret = facts.labelled(labels::SECRET_READ);
    // A message goes out in most sessions that read something; only data put
    // somewhere is far from what such sessions do.
    let data = facts.does(Effects::UPLOAD | Effects::PUBLISH) || path == "command";
    let step = match (secret, data) {
        (Some(step), _) if !facts.asks_to_send_a_secret() => step,
        (_, true)
            if !facts
                .intent()
                .asks(Senses::SEND | Senses::UPLOAD | Senses::SHARE | Senses::PUBLISH) =>
        {
            facts
                .labelled(labels::PERSONAL_READ)
                .or_else(|| facts.labelled(labels::INTERNAL_READ))?
        }
        _ => return None,
    };
    let what = if secret == Some(step) {
        "a secret"
    } else {
        "internal data"
    };
    let risk = if secret == Some(step) { 0.9 } else { 0.75 };
    let number = step.to_string();
    let finding = Finding::new(
        risk,
        &[
            "step ",
            &number,
            " read ",
            what,
            ", and this sends something to ",
            short(&to, 120),
            ", which nobody asked for",
        ],
    );
    Some(finding.with(&path, &to).at(Some(step), "", what))
}

/// Where data would leave the house.
fn destination(facts: &Facts) -> Option<(String, String)> {
    if facts.does(Effects::OUTWARD)
        && let Some(target) = facts.outside()
    {
        return Some((target.path.clone(), target.text.clone()));
    }
    facts.commands().find_map(|(path, command)| {
        let to = leaves_by_shell(command)?;
        let host = target::url_host(&to)
            .or_else(|| target::address_host(&to))
            .unwrap_or(&to)
            .to_owned();
        (!facts.settings.owns(&host)).then(|| (path.to_owned(), to))
    })
}

/// The place a command sends data to.
fn leaves_by_shell(command: &Command) -> Option<String> {
    let url = || {
        command
            .args()
            .iter()
            .find(|a| target::url_host(a).is_some())
            .cloned()
    };
    match command.program() {
        "curl" => {
            let sends = command.args().iter().any(|a| {
                matches!(
                    a.as_str(),
                    "-d" | "-F" | "-T" | "--form" | "--upload-file" | "PUT" | "POST"
                ) || a.starts_with("--data")
                    || a.starts_with("-d@")
            });
            url().filter(|u| sends || u.contains('$') || asks_with_data(u))
        }
        "wget" => url().filter(|_| command.args().iter().any(|a| a.starts_with("--post"))),
        "scp" | "rsync" => command
            .operands()
            .last()
            .filter(|o| o.contains(':'))
            .map(str::to_owned),
        "nc" | "ncat" | "telnet" | "socat" => Some(command.operand(0).to_owned()),
        "mail" | "sendmail" | "mutt" => command
            .operands()
            .find(|o| o.contains('@'))
            .map(str::to_owned),
        "nslookup" | "dig" | "host" => command
            .operands()
            .find(|o| o.contains('$'))
            .map(str::to_owned),
        _ => None,
    }
}

/// A query with more in it than words and small numbers: `?d=c2VjcmV0…`.
fn asks_with_data(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query
        .split(['=', '&', '+', '%', ','])
        .any(|part| part.len() >= 12 && part.bytes().any(|b| b.is_ascii_digit()))
        || query.contains('`')
}
