//! What a piece of code would do that is worth a rule's look.

use crate::facts::Facts;
use crate::finding::Finding;
use crate::lexicon::Senses;
use crate::words::Words;

/// Sorts of deeds: each is one rule's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Ends or overwrites something, or stops what others rely on.
    Destroy,
    /// Runs what nobody has read.
    Unseen,
    /// Gives power or sight, or makes or changes what proves identity.
    Access,
    /// Switches off or goes around something that catches mistakes.
    Guard,
    /// Stays on a machine and acts again later.
    Persist,
    /// Carries a secret or somebody's data away.
    Leak,
    /// Makes something visible or usable to everybody.
    Publish,
}

/// One deed.
#[derive(Debug, Clone)]
pub struct Deed {
    /// Whose business it is.
    pub sort: Sort,
    /// How sure and how bad, in (0.5, 1].
    pub risk: f64,
    /// A verb phrase behind the text: "`…` deletes the folder `x` for good".
    pub does: String,
    /// What the user must have named for it to be asked; `None` when no wish
    /// makes it a matter of course.
    pub object: Option<String>,
    /// With which verbs he must have asked.
    pub verbs: Senses,
    /// The command or the statement.
    pub text: String,
    /// Path of the field it stands in.
    pub path: String,
}

/// Verbs with which one asks for an end.
pub const ENDING: Senses = Senses::DELETE.and(Senses::REMOVE).and(Senses::OFF);
/// Verbs with which one asks for a change.
pub const CHANGING: Senses = Senses::MAKE.and(Senses::UPDATE);
/// Verbs with which one asks to give somebody power.
pub const GIVING: Senses = Senses::GRANT.and(Senses::SHARE).and(CHANGING);

impl Deed {
    /// A deed that is a matter of course once the user asks for it by one of
    /// the verbs and names the object.
    pub fn new(sort: Sort, risk: f64, does: &[&str], object: &str, verbs: Senses) -> Deed {
        Deed {
            sort,
            risk,
            does: does.concat(),
            object: Some(object.to_owned()),
            verbs,
            text: String::new(),
            path: String::new(),
        }
    }

    /// A deed that no wish makes a matter of course.
    pub fn always(sort: Sort, risk: f64, does: &[&str]) -> Deed {
        Deed {
            object: None,
            ..Deed::new(sort, risk, does, "", Senses::NONE)
        }
    }

    /// True when the user asked for this, with these values.
    pub fn asked(&self, facts: &Facts) -> bool {
        let Some(object) = &self.object else {
            return false;
        };
        facts.intent().asks(self.verbs)
            && if object.contains(' ') {
                facts.intent().names_any(&Words::of(object))
            } else {
                facts.intent().names_thing(object)
            }
    }

    /// "`<text>` <does>".
    pub fn sentence(&self) -> String {
        [
            "`",
            crate::finding::short(&self.text, 160),
            "` ",
            &self.does,
        ]
        .concat()
    }
}

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

/// The worst deed of these sorts that the user did not ask for.
pub fn worst<'a>(facts: &'a Facts, sort: Sort) -> Option<&'a Deed> {
    facts
        .deeds()
        .filter(|d| d.sort == sort && !d.asked(facts))
        .max_by(|a, b| a.risk.total_cmp(&b.risk))
}

/// What a rule says of the worst deed of its sort.
pub fn finding(facts: &Facts, sort: Sort) -> Option<Finding> {
    let deed = worst(facts, sort)?;
    Some(Finding::new(deed.risk, &[&deed.sentence()]).with(&deed.path, &deed.text))
}
