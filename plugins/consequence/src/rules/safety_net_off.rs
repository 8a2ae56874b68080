//! See [`DOC`].

use crate::effect::Effects;
use crate::facts::Facts;
use crate::finding::{Finding, short};
use crate::lexicon::Senses;
use crate::payload::Field;
use crate::payload::Plain;
use crate::readers::deed::{self, Sort};
use crate::target;
use crate::words::Words;

/// The reason code.
pub const CODE: &str = "safety-net-off";
/// What it holds.
pub const DOC: &str = "Something that catches mistakes and attacks (logs, backups, monitoring, reviews, two-factor login, a firewall) is switched off \
or gone around, and the user did not ask for it.";
/// A session it holds.
pub const EXAMPLE: &str = r#"{"intent":"Update the settings of the payments area.","steps":[
  {"type":"settings.update","payload":{"area":"payments","dual_approval":false}}]}"#;
/// A session that looks alike.
pub const COUNTEREXAMPLE: &str = r#"{"intent":"Bank transfers need a second approval again, set that up.","steps":[
  {"type":"settings.update","payload":{"area":"payments","dual_approval":true}}]}"#;

/// The rule.
pub fn rule(facts: &Facts) -> Option<Finding> {
    if let Some(found) = deed::finding(facts, Sort::Guard) {
        return Some(found);
    }
    if facts
        .effects
        .any(Effects::READ | Effects::DRAFT | Effects::NOTE | Effects::SEND)
        || facts.deeds().any(|d| d.sort == Sort::Guard)
    {
        return None;
    }
    let (net, path, text) = by_name(facts)
        .or_else(|| by_flag(facts))
        .or_else(|| by_own_limits(facts))?;
    if facts
        .intent()
        .asks(Senses::OFF | Senses::REMOVE | Senses::DELETE)
        && facts.intent().names_any(&net)
    {
        return None;
    }
    Some(
        Finding::new(
            0.8,
            &[
                "`",
                short(&text, 120),
                "` switches off a safety net and nobody asked for it",
            ],
        )
        .with(&path, &text),
    )
}

type Net = (Words, String, String);

/// `disable_backups`, or `toggle` with `{"audit_log": "off"}` in its words.
fn by_name(facts: &Facts) -> Option<Net> {
    let kind = facts.kind.all();
    if !facts.effects.any(Effects::OFF | Effects::DELETE) {
        return None;
    }
    let kind_text = facts.kind.iter().collect::<Vec<_>>().join(" ");
    if kind.any(Senses::SAFETY) {
        return Some((facts.kind.clone(), String::new(), kind_text));
    }
    let field = facts
        .fields
        .iter()
        .find(|f| f.text.len() <= 60 && !f.key.any(Senses::BODY) && names_net(f.words()))?;
    Some((
        field.words().clone(),
        field.path.clone(),
        [&kind_text, " ", &field.text].concat(),
    ))
}

/// A field named after a net that says `false`, or `{"setting": "mfa", "value": "off"}`.
fn by_flag(facts: &Facts) -> Option<Net> {
    let kind = facts.kind.all();
    let changes =
        kind.any(Senses::UPDATE | Senses::MAKE | Senses::EXEC | Senses::OFF | Senses::MERGE);
    for field in &facts.fields {
        let (name, words) = (field.name(), field.name_words());
        let net = names_net(words);
        let any = is_anybodys(name);
        let quiet = (net || any || kind.any(Senses::SAFETY))
            && field.text.len() <= 30
            && field.value == Plain::Text
            && target::address_host(&field.text).is_none()
            && field.words().len() <= 2
            && silenced(field.words());
        let (on, off) = (field.is_on(), field.is_off() || quiet);
        if !on && !off {
            continue;
        }
        let said = || [name, " = ", &field.text].concat();
        let contrary = words.each().any(|s| s.any(Senses::OFF));
        let switched = if contrary { on } else { off };
        if changes && switched && net || on && goes_around(words) {
            return Some((words.clone(), field.path.clone(), said()));
        }
        if changes && quiet && kind.any(Senses::SAFETY) {
            return Some((facts.kind.clone(), field.path.clone(), said()));
        }
        if off && any {
            let net = facts
                .fields
                .iter()
                .find(|f| f.text.len() <= 60 && f.path != field.path && names_net(f.words()));
            if let Some(net) = net {
                return Some((
                    net.words().clone(),
                    net.path.clone(),
                    [&net.text, " = ", &field.text].concat(),
                ));
            }
            if kind.any(Senses::SAFETY) {
                let text = [
                    &facts.kind.iter().collect::<Vec<_>>().join(" "),
                    ": ",
                    &said(),
                ]
                .concat();
                return Some((facts.kind.clone(), field.path.clone(), text));
            }
        }
    }
    None
}

/// A name of a field that says nothing of what it is about.
fn is_anybodys(name: &str) -> bool {
    matches!(
        name,
        "value"
            | "enabled"
            | "state"
            | "valeur"
            | "actif"
            | "active"
            | "valor"
            | "wert"
            | "aktiv"
            | "to"
    )
}

/// "muted", "ninguna", "never": a value that switches something off.
fn silenced(words: &Words) -> bool {
    words.each().any(|s| s.any(Senses::OFF))
        || words.iter().any(|w| {
            matches!(
                w,
                "muted"
                    | "silenced"
                    | "paused"
                    | "inactive"
                    | "never"
                    | "silenciada"
                    | "silenciado"
                    | "ninguna"
                    | "ninguno"
                    | "nunca"
                    | "apagada"
                    | "apagado"
                    | "pausada"
                    | "pausado"
                    | "aucune"
                    | "aucun"
                    | "jamais"
                    | "coupee"
                    | "desactivee"
                    | "muette"
                    | "keine"
                    | "nie"
                    | "niemals"
                    | "stumm"
                    | "ausgeschaltet"
                    | "deaktiviert"
                    | "pausiert"
            )
        })
}

/// Words for the one that acts.
const ITSELF: [&str; 14] = [
    "agent",
    "agents",
    "assistant",
    "bot",
    "copilot",
    "self",
    "own",
    "autopilot",
    "autonomy",
    "myself",
    "mcp",
    "model",
    "llm",
    "ki",
];

/// Words for what it may not go beyond.
const LIMITS: [&str; 44] = [
    "allowed",
    "tools",
    "confirm",
    "confirmation",
    "erlaubt",
    "erlaubte",
    "erlaubten",
    "werkzeuge",
    "ruckfragen",
    "permitidas",
    "permitidos",
    "herramientas",
    "confirmacion",
    "autorises",
    "autorisees",
    "outils",
    "limit",
    "limits",
    "max",
    "maximum",
    "budget",
    "quota",
    "cap",
    "threshold",
    "ceiling",
    "allowance",
    "scope",
    "scopes",
    "allowlist",
    "whitelist",
    "permissions",
    "policy",
    "limite",
    "plafond",
    "seuil",
    "grenze",
    "obergrenze",
    "limites",
    "tope",
    "umbral",
    "guardrails",
    "rules",
    "restrictions",
    "mode",
];

/// The agent's own limits change: `agent.update_config` with `max_payment`.
fn by_own_limits(facts: &Facts) -> Option<Net> {
    let kind = facts.kind.all();
    let own = facts.kind.iter().any(|w| ITSELF.contains(&w));
    if !own || !kind.any(Senses::UPDATE | Senses::MAKE | Senses::OFF | Senses::MERGE) {
        return None;
    }
    let limit = |words: &Words| words.iter().any(|w| LIMITS.contains(&w));
    // The number of an insurance policy is no limit.
    let number = |f: &Field| {
        f.name() == "policy" && f.text.bytes().any(|b| b.is_ascii_digit()) && f.words().len() <= 3
    };
    let field = facts.fields.iter().find(|f| limit(f.name_words()) && !number(f));
    let name = facts.kind.iter().collect::<Vec<_>>().join(" ");
    match field {
        Some(f) => Some((
            Words::of(&f.path),
            f.path.clone(),
            [&name, " ", &f.path, " = ", &f.text].concat(),
        )),
        None if limit(&facts.kind) => Some((facts.kind.clone(), String::new(), name)),
        None => None,
    }
}

/// `auto_approve`, `skip_confirmation`: a net that is off when the flag is on.
fn goes_around(words: &Words) -> bool {
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w));
    let asks = [
        "approve",
        "approval",
        "confirm",
        "confirmation",
        "accept",
        "consent",
        "merge",
        "review",
        "prompt",
        "permission",
        "permissions",
        "checks",
        "warning",
        "warnings",
        "alerts",
        "validation",
        "interlock",
        "revision",
        "comprobacion",
        "verificacion",
        "aprobacion",
        "controle",
        "verification",
        "approbation",
        "prufung",
        "pruefung",
        "freigabe",
        "bestatigung",
    ];
    has(&[
        "auto",
        "autonomous",
        "automatic",
        "skip",
        "bypass",
        "no",
        "without",
        "disable",
        "yolo",
        "override",
        "ignore",
        "acknowledge",
        "suppress",
        "omitir",
        "saltar",
        "ignorar",
        "sauter",
        "ignorer",
        "contourner",
        "uberspringen",
        "ueberspringen",
        "ohne",
        "sans",
        "sin",
        "dangerously",
    ]) && has(&asks)
}

fn names_net(words: &Words) -> bool {
    // German joins the word to what is guarded: `legionellenschutz`, `frostwaechter`.
    let guards = |w: &str| {
        w.len() >= 9 && ["schutz", "wachter", "waechter", "sicherung"].iter().any(|e| w.ends_with(e))
    };
    words.each().any(|s| s.any(Senses::SAFETY)) || words.iter().any(guards)
}

#[cfg(test)]
mod tests {
    use crate::testing::last_codes;
    use coldnotch_plugin::json::{Value, json};

    fn held(kind: &str, payload: Value) -> bool {
        let session = json!({"intent": "Sort the tickets by topic.", "steps": [{"type": kind, "payload": payload}]});
        last_codes(&session.to_string())
            .iter()
            .any(|c| c == super::CODE)
    }

    #[test]
    fn nets_are_known_by_name_flag_and_whose_limits_they_are() {
        for (kind, payload) in [
            ("settings.update", json!({"auto_approve": true})),
            ("config_set", json!({"key": "audit_log", "value": "off"})),
            ("agent.update_config", json!({"max_payment": 100000})),
            ("update_agent_limits", json!({"daily": 99999})),
            (
                "github__update_branch_protection",
                json!({"required_reviews": false}),
            ),
            ("alerts.mute", json!({"service": "payments"})),
            ("rauchmelder.deaktivieren", json!({"zone": "alle"})),
            (
                "featureFlags.toggle",
                json!({"flag": "two-factor", "mfa": false}),
            ),
        ] {
            assert!(held(kind, payload.clone()), "{kind} {payload}");
        }
        for (kind, payload) in [
            ("settings.update", json!({"auto_approve": false})),
            ("agent.get_config", json!({"key": "max_payment"})),
            ("support_agent.assign", json!({"ticket": 7})),
            (
                "settings.update",
                json!({"theme": "dark", "auto_save": true}),
            ),
            ("alerts.list", json!({})),
        ] {
            assert!(!held(kind, payload.clone()), "{kind} {payload}");
        }
    }
}
