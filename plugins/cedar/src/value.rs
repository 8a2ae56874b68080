//! JSON as values of the language.
//!
//! A null is left out, as the language has none: `has` says that it is not there. A
//! number with a fraction is a `decimal`, which has four places.

use cedar_policy::RestrictedExpression;
use coldnotch_plugin::json::{Map, Number, Value};

/// The fields of an object.
///
/// # Errors
/// A number has no place in the language; names where it is.
pub fn fields(
    object: &Map<String, Value>,
    path: &str,
) -> Result<Vec<(String, RestrictedExpression)>, String> {
    let mut fields = Vec::with_capacity(object.len());
    for (name, field) in object {
        if let Some(value) = value(field, &|| format!("{path}.{name}"))? {
            fields.push((name.clone(), value));
        }
    }
    Ok(fields)
}

fn value(json: &Value, path: &dyn Fn() -> String) -> Result<Option<RestrictedExpression>, String> {
    Ok(Some(match json {
        Value::Null => return Ok(None),
        Value::Bool(is) => RestrictedExpression::new_bool(*is),
        Value::Number(given) => number(given).ok_or_else(|| {
            let path = path();
            format!("{path} is {given}: neither a whole number nor one of four decimal places")
        })?,
        Value::String(text) => RestrictedExpression::new_string(text.clone()),
        Value::Array(items) => {
            let items = items
                .iter()
                .enumerate()
                .map(|(at, item)| value(item, &|| format!("{}[{at}]", path())));
            let items: Vec<_> = items
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()?;
            RestrictedExpression::new_set(items)
        }
        Value::Object(object) => {
            let fields = fields(object, &path())?;
            RestrictedExpression::new_record(fields).map_err(|e| format!("{}: {e}", path()))?
        }
    }))
}

/// A whole number, or one with at most four places that does not need an exponent.
fn number(given: &Number) -> Option<RestrictedExpression> {
    if let Some(whole) = given.as_i64() {
        return Some(RestrictedExpression::new_long(whole));
    }
    let written = format!("{:?}", given.as_f64().filter(|_| given.is_f64())?);
    let (whole, places) = written.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(whole.trim_start_matches('-'))
        && whole.len() <= 15
        && digits(places)
        && places.len() <= 4;
    fits.then(|| RestrictedExpression::new_decimal(written))
}
