//! Places: which are made to be broken, which others rely on, and whether two
//! are the same.

use crate::intent::Intent;
use crate::words::Words;

/// Words for places that are made to be broken.
const TRIAL: [&str; 26] = [
    "test",
    "tests",
    "testing",
    "tst",
    "sandbox",
    "scratch",
    "tmp",
    "temp",
    "local",
    "localhost",
    "minikube",
    "demo",
    "ephemeral",
    "preview",
    "fixture",
    "fixtures",
    "dummy",
    "throwaway",
    "playground",
    "dev",
    "devel",
    "mock",
    "experiment",
    "loadtest",
    "bac",
    "prueba",
];

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
    let words = Words::of(text);
    let any = |list: &[&str]| {
        words
            .iter()
            .any(|w| list.contains(&w.trim_end_matches(|c: char| c.is_ascii_digit())))
    };
    any(&TRIAL) && !any(&LIVE)
}

/// True when a name says that others rely on it.
pub fn is_live_place(text: &str) -> bool {
    Words::of(text).iter().any(|w| LIVE.contains(&w))
}

/// Words for places between the two.
const STAGE: [&str; 15] = [
    "staging",
    "stage",
    "stg",
    "preprod",
    "uat",
    "qa",
    "recette",
    "integration",
    "acceptance",
    "abnahme",
    "preproduccion",
    "homologacion",
    "canary",
    "pilot",
    "pruebas",
];

/// Sorts of places a text names, as bits.
fn sorts(words: &Words) -> u8 {
    let mut sorts = 0;
    for word in words.iter() {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let live = [
            "prod",
            "production",
            "prd",
            "live",
            "produktion",
            "produccion",
            "produktiv",
        ];
        if live.contains(&word) {
            sorts |= 1;
        } else if STAGE.contains(&word) {
            sorts |= 2;
        } else if TRIAL.contains(&word)
            && !matches!(
                word,
                "tmp"
                    | "temp"
                    | "local"
                    | "localhost"
                    | "fixture"
                    | "fixtures"
                    | "mock"
                    | "preview"
            )
        {
            sorts |= 4;
        }
    }
    sorts
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
