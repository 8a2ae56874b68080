//! Places: which are made to be broken, which others rely on, and whether two
//! are the same.

use crate::intent::Intent;
use crate::words::Words;

/// True for the words of places that are made to be broken.
fn is_trial(word: &str) -> bool {
    matches!(
        word,
        "test"
            | "tests"
            | "testing"
            | "tst"
            | "sandbox"
            | "scratch"
            | "tmp"
            | "temp"
            | "local"
            | "localhost"
            | "minikube"
            | "demo"
            | "ephemeral"
            | "preview"
            | "fixture"
            | "fixtures"
            | "dummy"
            | "throwaway"
            | "playground"
            | "dev"
            | "devel"
            | "mock"
            | "experiment"
            | "loadtest"
            | "bac"
            | "prueba"
    )
}

/// Words for places that others rely on: they outweigh the ones above.
const LIVE: [&str; 12] = [
    "prod",
    "production",
    "prd",
    "live",
    "main",
    "master",
    "customer",
    "customers",
    "produktion",
    "produccion",
    "primary",
    "release",
];

/// True when a name says that it is made to be broken, and nothing in it says
/// that others rely on it.
pub fn is_trial_place(text: &str) -> bool {
    // `db.vpc.local` is a house's own network, not this machine.
    let text = text.strip_suffix(".local").unwrap_or(text);
    let words = Words::of(text);
    let bare = |w: &str| w.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    words.iter().any(|w| is_trial(&w[..bare(w)]))
        && !words.iter().any(|w| LIVE.contains(&&w[..bare(w)]))
}

/// True when a name says that others rely on it.
pub fn is_live_place(text: &str) -> bool {
    Words::of(text).iter().any(|w| LIVE.contains(&w))
}

/// True for the words of places between the two.
fn is_stage(word: &str) -> bool {
    matches!(
        word,
        "staging"
            | "stage"
            | "stg"
            | "preprod"
            | "uat"
            | "qa"
            | "recette"
            | "integration"
            | "acceptance"
            | "abnahme"
            | "preproduccion"
            | "homologacion"
            | "canary"
            | "pilot"
            | "pruebas"
    )
}

/// Sorts of places a text names, as bits.
fn sorts(words: &Words) -> u8 {
    words.iter().map(sort).fold(0, |all, one| all | one)
}

/// The sort of place one word names.
fn sort(word: &str) -> u8 {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    match word {
        "prod" | "production" | "prd" | "live" | "produktion" | "produccion" | "produktiv" => 1,
        "tmp" | "temp" | "local" | "localhost" | "fixture" | "fixtures" | "mock" | "preview" => 0,
        _ if !(2..=14).contains(&word.len()) => 0,
        _ if is_stage(word) => 2,
        _ if is_trial(word) => 4,
        _ => 0,
    }
}

/// True when the user names a sort of place.
pub fn is_named(intent: &Intent) -> bool {
    sorts(intent.words()) != 0
}

/// True when a text names a place that others rely on, or one to try things in.
pub fn names_a_place(text: &str) -> bool {
    sorts(&Words::of(text)) & 3 != 0
}

/// True when the user named one place and `place` or `host` is another.
pub fn differ(intent: &Intent, place: &str, host: Option<&str>) -> bool {
    if intent.is_unknown() {
        return false;
    }
    let (wanted, here) = (sorts(intent.words()), sorts(&Words::of(place)));
    if wanted != 0 && here & 3 != 0 && wanted & here == 0 {
        return true;
    }
    let Some(host) = host else { return false };
    let machine = host.rsplit('@').next().unwrap_or(host);
    !intent.names_value(machine) && intent.names_a_machine()
}

/// The words of a command that say where it acts.
pub fn of_words<'a>(words: impl Iterator<Item = &'a String>, to: &mut String) {
    for word in words.filter(|w| w.len() <= 200 && !w.contains(' ')) {
        if sorts(&Words::of(word)) != 0 {
            to.push(' ');
            to.push_str(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        let differs = |said: &str, place: &str, host| differ(&Intent::of(Some(said)), place, host);
        assert!(differs("Apply it in envs/staging", "envs/prod", None));
        assert!(differs(
            "Borra los datos del entorno de pruebas",
            "workspace produccion",
            None
        ));
        assert!(differs("Restart nginx on web-2", "", Some("db-1")));
        assert!(!differs("Restart nginx on web-2", "", Some("root@web-2")));
        assert!(!differs("Apply it in prod and staging", "envs/prod", None));
        assert!(!differs("Apply it", "envs/prod", None));
        assert!(
            !differs("Roll it out to prod", "sandbox", None),
            "a trial place is no loss"
        );
    }
}
