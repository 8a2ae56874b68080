//! The keyword scorer of coldnotch 0.0.1 as an Extism plug-in: the same words, the same
//! scores, the same shape of reason.

use extism_pdk::{FnResult, Json, plugin_fn};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

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

#[derive(Deserialize)]
struct Action {
    summary: String,
    payload: Box<RawValue>,
}

#[derive(Serialize)]
struct Assessment {
    risk: f64,
    reason: String,
    labels: Vec<&'static str>,
}

#[plugin_fn]
pub fn score(Json(action): Json<Action>) -> FnResult<Json<Assessment>> {
    let text = format!("{} {}", action.summary, action.payload).to_lowercase();
    let labels: Vec<&str> = RISKY
        .into_iter()
        .filter(|word| text.contains(word))
        .collect();
    let (risk, reason) = if labels.is_empty() {
        (0.0, String::new())
    } else {
        let risk = (0.4 + 0.2 * labels.len() as f64).min(1.0);
        (risk, format!("risky keywords: {}", labels.join(", ")))
    };
    Ok(Json(Assessment {
        risk,
        reason,
        labels,
    }))
}
