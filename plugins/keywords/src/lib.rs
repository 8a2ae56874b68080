//! The keyword stub of coldnotch 0.0.1: the same words, the same scores, the
//! same shape of reason. Naive on purpose; it is the baseline to beat.

use coldnotch_plugin::{Action, Assessment, Context};

/// Words "with a consequence", in English and French, as 0.0.1 had them.
const RISKY: [&str; 12] = [
    "rembours",
    "refund",
    "paiement",
    "payment",
    "virement",
    "transfer",
    "wire",
    "password",
    "mot de passe",
    "secret",
    "delete",
    "supprim",
];

/// 0.4 and 0.2 for each different word, at most 1; nothing without a word.
/// Abstains always: the policy's threshold decides, as in 0.0.1.
fn score(action: &Action, _cx: &Context<()>) -> Assessment {
    let text = format!("{} {}", action.summary, action.payload_text).to_lowercase();
    let matched: Vec<&str> = RISKY
        .into_iter()
        .filter(|word| text.contains(word))
        .collect();
    if matched.is_empty() {
        return Assessment::abstain(0.0);
    }
    let risk = (0.4 + 0.2 * matched.len() as f64).min(1.0);
    let mut answer = Assessment::abstain(risk).because(
        "risky-keywords",
        format!("risky keywords: {}", matched.join(", ")),
    );
    for word in matched {
        answer = answer.evidence("", word).label(word);
    }
    answer
}

coldnotch_plugin::scorer!(score);
