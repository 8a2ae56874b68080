//! How far an effect reaches: how much, whether it can be taken back, and
//! whether it happens where things are made to be broken.

use crate::lexicon::Senses;
use crate::payload::{Field, Plain};
use crate::readers::place;
use crate::words::Words;

/// How much of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Breadth {
    /// One thing, or nothing tells.
    One,
    /// Several, counted or listed.
    Many,
    /// All there is.
    All,
}

/// How far an effect reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Extent {
    /// How much.
    pub breadth: Breadth,
    /// Path and text of the field that says so.
    pub told_by: Option<(String, String)>,
    /// True when it goes to a bin or an archive and can be fetched back.
    pub reversible: bool,
    /// True in an environment that calls itself a test.
    pub trial: bool,
}

/// Keys that count.
const COUNTS: [&str; 16] = [
    "count", "total", "affected", "matched", "rows", "records", "n", "nb", "nombre", "anzahl",
    "cantidad", "size", "items", "num", "number", "matches",
];

/// Words for ends that can be taken back.
const BACK: [&str; 22] = [
    "archive",
    "archiver",
    "archivieren",
    "archivar",
    "trash",
    "bin",
    "recycle",
    "corbeille",
    "papierkorb",
    "papelera",
    "soft",
    "hide",
    "unpublish",
    "recoverable",
    "restorable",
    "softdelete",
    "undoable",
    "reversible",
    "quarantine",
    "deactivate",
    "trashed",
    "archived",
];

/// Reads the extent of an action.
pub fn extent(kind: &Words, fields: &[Field]) -> Extent {
    let back = |words: &Words| words.iter().any(|w| BACK.contains(&w));
    let mut extent = Extent {
        breadth: Breadth::One,
        told_by: None,
        // `empty_trash` ends what was in it.
        reversible: back(kind) && !kind.each().any(|s| s.any(Senses::DELETE)),
        trial: false,
    };
    if kind.all().any(Senses::WHOLE) {
        extent.breadth = Breadth::All;
    }
    for field in fields.iter().filter(|f| f.text.len() <= 200) {
        let key = field.name_words();
        match key.iter().next() {
            Some(
                "permanent" | "permanently" | "hard" | "purge" | "definitif" | "endgultig"
                | "permanente",
            ) if field.is_on() => {
                extent.reversible = false;
                break;
            }
            _ => {
                extent.reversible |= field.is_on() && back(key)
                    || field.key.any(Senses::STATE) && back(field.words())
            }
        }
        extent.trial |= field.key.any(Senses::STATE) && place::is_trial_place(&field.text);
        let breadth = breadth(field, key);
        if breadth > extent.breadth {
            extent.breadth = breadth;
            extent.told_by = Some((field.path.clone(), field.text.clone()));
        }
    }
    extent
}

fn breadth(field: &Field, key: &Words) -> Breadth {
    let all = field.text == "*"
        || field.words().all().any(Senses::WHOLE) && !field.key.any(Senses::BODY)
        || field.is_on() && key.all().any(Senses::WHOLE);
    let counted = key.iter().any(|w| COUNTS.contains(&w))
        && matches!(field.value, Plain::Number(n) if n > 1.0);
    if all {
        Breadth::All
    } else if counted || field.path.ends_with("[1]") {
        Breadth::Many
    } else {
        Breadth::One
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldnotch_plugin::json::{Value, json};

    fn of(kind: &str, payload: Value) -> Extent {
        extent(&Words::of(kind), &crate::payload::fields(&payload))
    }

    #[test]
    fn breadth_is_read_from_counts_lists_and_words() {
        for (payload, breadth) in [
            (json!({"id": 7}), Breadth::One),
            (json!({"ids": [7, 8]}), Breadth::Many),
            (json!({"count": 4812}), Breadth::Many),
            (json!({"filter": "*"}), Breadth::All),
            (json!({"scope": "alle Kunden"}), Breadth::All),
            (json!({"todos": true}), Breadth::All),
            (json!({"body": "Hello all"}), Breadth::One),
        ] {
            assert_eq!(
                of("crm.delete", payload.clone()).breadth,
                breadth,
                "{payload}"
            );
        }
        assert_eq!(of("bulk_delete", json!({})).breadth, Breadth::All);
    }

    #[test]
    fn a_bin_gives_back_unless_it_is_emptied() {
        assert!(of("mail.archive", json!({"id": 1})).reversible);
        assert!(of("file.delete", json!({"id": 1, "to_trash": true})).reversible);
        assert!(!of("file.delete", json!({"id": 1})).reversible);
        assert!(!of("empty_trash_purge", json!({})).reversible);
        assert!(!of("mail.archive", json!({"permanent": true})).reversible);
        assert!(of("db.delete", json!({"env": "sandbox-3"})).trial);
        assert!(!of("db.delete", json!({"env": "prod"})).trial);
    }
}
