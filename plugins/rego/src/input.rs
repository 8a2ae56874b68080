//! The action as the input document of a policy.
//!
//! `type`, `agent`, `id`, `session`, `summary`, `at`, `payload` and `context` are
//! always there, `intent` where it is known.

use coldnotch_plugin::Action;
use coldnotch_plugin::json;
use regorus::Value;

/// The document.
///
/// # Errors
/// The host broke its promise of valid JSON.
pub fn document(action: &Action) -> Result<Value, String> {
    let mut document = Value::new_object();
    let fields = document.as_object_mut().map_err(|e| e.to_string())?;
    for (name, text) in [
        ("type", &action.kind),
        ("agent", &action.agent),
        ("id", &action.id),
        ("session", &action.session),
        ("summary", &action.summary),
    ] {
        fields.insert(name.into(), text.as_str().into());
    }
    if let Some(intent) = &action.intent {
        fields.insert("intent".into(), intent.as_str().into());
    }
    fields.insert("at".into(), action.at.into());
    for (name, text) in [
        ("payload", &action.payload_text),
        ("context", &action.context_text),
    ] {
        let value: Value = json::from_str(text).map_err(|e| format!("{name}: {e}"))?;
        fields.insert(name.into(), value);
    }
    Ok(document)
}
