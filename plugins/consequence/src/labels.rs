//! The labels the engine puts on a step, and so what later decisions know of it.

use crate::effect::Effects;
use crate::facts::Facts;
use crate::ledger;
use crate::lexicon::Senses;
use crate::payload::Field;
use crate::secret;
use crate::target::What;
use crate::words::Words;

/// It read a password, a key, an environment file or the like.
pub const SECRET_READ: &str = "secret-read";
/// It read data about people.
pub const PERSONAL_READ: &str = "personal-read";
/// It read something the house keeps to itself.
pub const INTERNAL_READ: &str = "internal-read";
/// It read words a stranger may have written: a page, a mail, a ticket.
pub const UNTRUSTED_SOURCE: &str = "untrusted-source";
/// It gave words or data to somebody outside.
pub const SEND_OUTSIDE: &str = "send-outside";
/// It moved money.
pub const MONEY_OUT: &str = "money-out";

/// The operator trusts what it returns.
pub const TRUSTED_SOURCE: &str = "trusted-source";

/// The labels of an action: its own, then what the session has come to.
pub fn labels(facts: &Facts) -> Vec<String> {
    let mut labels: Vec<String> = own(facts).into_iter().map(str::to_owned).collect();
    labels.extend(facts.payment().map(ledger::pays));
    labels.extend(facts.ledger.labels());
    labels
}

fn own(facts: &Facts) -> Vec<&'static str> {
    let mut labels = Vec::new();
    let trusted = |f: &Field| facts.settings.trusts_source(&f.text);
    if facts.settings.trusts_tool(&facts.kind) || facts.fields.iter().any(trusted) {
        labels.push(TRUSTED_SOURCE);
    }
    if facts.effects.any(Effects::READ | Effects::EXECUTE) {
        read_labels(facts, &mut labels);
    }
    if facts.does(Effects::OUTWARD) && facts.outside().is_some() {
        labels.push(SEND_OUTSIDE);
    }
    if facts.does(Effects::PAY) {
        labels.push(MONEY_OUT);
    }
    labels
}

fn read_labels(facts: &Facts, labels: &mut Vec<&'static str>) {
    let kind = facts.kind.all();
    let mut said = kind;
    let mut secret = kind.any(Senses::SECRET) && !kind.any(Senses::PAPER);
    let mut local_path = false;
    for field in &facts.fields {
        if field.text.len() > 2_000 {
            continue;
        }
        let value = field.words().all();
        said = said | value;
        secret |= names_secret(&field.text)
            || facts.settings.is_sensitive_path(&field.text)
            || field.key.any(Senses::SECRET) && !field.text.is_empty();
        local_path |= field.text.starts_with('/') || field.text.starts_with("~/");
    }
    let summary = Words::of(facts.summary).all();
    let paper = (said | summary).any(Senses::PAPER);
    if secret && !paper {
        labels.push(SECRET_READ);
    }
    if said.any(Senses::PERSONAL) && !paper {
        labels.push(PERSONAL_READ);
    }
    if !paper
        && ((said | summary).any(Senses::INTERNAL)
            || local_path && facts.effects.any(Effects::READ))
    {
        labels.push(INTERNAL_READ);
    }
    let web = facts
        .targets
        .iter()
        .any(|t| t.what == What::Url && t.outside);
    if web || kind.any(Senses::SEND) {
        labels.push(UNTRUSTED_SOURCE);
    }
}

/// True when a path or a command names a place where secrets are kept.
fn names_secret(text: &str) -> bool {
    if text.contains("sk_live") || text.contains("sk_test") || text.contains("PRIVATE KEY") {
        return true;
    }
    text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '=' | ';' | '|' | '(' | ')'))
        .any(|word| {
            let name = word.rsplit('/').next().unwrap_or(word).to_ascii_lowercase();
            let sample =
                name.contains("example") || name.contains("sample") || name.contains("template");
            let dir = ["/.ssh/", "/.aws/", "/.gnupg/", "/.kube/", "secrets/"]
                .iter()
                .any(|d| word.contains(d))
                && !name.ends_with(".pub");
            let file = name == ".env"
                || name.starts_with(".env.")
                || name == "printenv"
                || secret::is_kept_in(&name)
                || ["secret", "credential", "password", "passwd"]
                    .iter()
                    .any(|w| name.contains(w));
            !sample && (dir || file)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_secrets_are_known_by_name() {
        for text in [
            "config/.env",
            "/home/a/.ssh/id_rsa",
            "cat /etc/shadow",
            "certs/server.pem",
            "secrets/payrail.sandbox",
            "printenv | grep KEY",
        ] {
            assert!(names_secret(text), "{text}");
        }
        for text in [
            ".env.example",
            "src/environment.rs",
            "/home/a/.ssh/id_rsa.pub",
            "keys.md",
        ] {
            assert!(!names_secret(text), "{text}");
        }
    }
}
