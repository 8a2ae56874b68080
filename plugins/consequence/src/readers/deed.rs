//! What a piece of code would do that is worth a rule's look.

use crate::errand;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::intent::Intent;
use crate::lexicon::Senses;
use crate::words::Words;

use super::place;

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
    /// Changes a system that others use, as daily work does.
    Change,
}

/// What makes a deed a matter of course.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// The user asks by one of the verbs and names one of these, or the one name.
    Named(String),
    /// The user asks by one of the verbs.
    Verb,
    /// The user wants more than a look, and not elsewhere.
    Work,
    /// The user did not ask for a branch of its own or a review instead.
    Default(String),
    /// Nothing.
    Never,
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
    /// What the user must have wished for it to be asked.
    pub wish: Wish,
    /// With which verbs he must have asked.
    pub verbs: Senses,
    /// The command or the statement.
    pub text: String,
    /// Path of the field it stands in.
    pub path: String,
    /// Where it happens, as far as the code and the arguments tell.
    pub place: String,
    /// The machine it happens on, when one is named.
    pub host: Option<String>,
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
            wish: Wish::Named(object.to_owned()),
            verbs,
            text: String::new(),
            path: String::new(),
            place: String::new(),
            host: None,
        }
    }

    /// A deed that is asked for by one of the verbs alone.
    pub fn by_verb(sort: Sort, risk: f64, does: &[&str], verbs: Senses) -> Deed {
        Deed {
            wish: Wish::Verb,
            ..Deed::new(sort, risk, does, "", verbs)
        }
    }

    /// Daily work on a system others use: held only when the user wanted no
    /// more than a look, or named another place.
    pub fn work(does: &[&str]) -> Deed {
        Deed {
            wish: Wish::Work,
            ..Deed::new(Sort::Change, 0.7, does, "", Senses::NONE)
        }
    }

    /// A deed that no wish makes a matter of course.
    pub fn always(sort: Sort, risk: f64, does: &[&str]) -> Deed {
        Deed {
            wish: Wish::Never,
            ..Deed::new(sort, risk, does, "", Senses::NONE)
        }
    }

    /// True when the user asked for this, with these values, in this place.
    pub fn asked(&self, facts: &Facts) -> bool {
        let intent = facts.intent();
        let wished = match &self.wish {
            Wish::Never => false,
            Wish::Work => !errand::is_to_look(intent) && !self.is_only_prepared(intent),
            Wish::Default(branch) => {
                let apart = ["branch", "pr", "mr", "branche", "zweig", "rama"]
                    .iter()
                    .any(|w| intent.says(w))
                    || intent.words().contains("pull request")
                    || intent.words().contains("merge request");
                let merges = intent.asks(Senses::MERGE)
                    || intent.says("merge")
                    || intent.names_thing(branch);
                (!apart || merges) && !errand::is_to_look(intent)
            }
            Wish::Verb => intent.asks(self.verbs),
            Wish::Named(object) => {
                let of_his_row = || {
                    crate::notes::rows::hash(object)
                        .is_some_and(|hash| facts.rows.iter().any(|rows| rows.names(hash)))
                };
                // "Rotate the deployer's key": a new one is part of it.
                let anew = || {
                    self.sort == Sort::Access
                        && intent.says_one_of(&["rotate", "rotiere", "renouvelle", "rota"])
                        && intent.mentions(Senses::CREDENTIAL)
                        && Words::of(&self.text).all().any(Senses::CREDENTIAL)
                };
                intent.asks(self.verbs)
                    && if of_his_row() || facts.found_for(object) || anew() {
                        true
                    } else if object.contains(' ') {
                        intent.names_any(&Words::of(object))
                    } else {
                        names_path(facts, object)
                    }
            }
        };
        if self.sort == Sort::Access && self.gives_more_than_sight(intent) {
            return false;
        }
        let ends = self.sort == Sort::Destroy;
        let own = ends && facts.made_here(self.object());
        if self.planned_end(facts).is_some() {
            return false;
        }
        // "Bring up a copy and delete it afterwards" asks for the copy's end.
        let other = ends && !own && intent.ends_what_it_makes();
        (wished && !other && !(ends && self.goes_too_far(facts)) || own)
            && !self.is_elsewhere(facts)
    }

    /// True for a role that changes things where the user asked to let somebody read.
    fn gives_more_than_sight(&self, intent: &Intent) -> bool {
        const STRONG: [&str; 7] = [
            "roles/editor",
            "roles/owner",
            "administratoraccess",
            "poweruseraccess",
            "fullaccess",
            "cluster-admin",
            "roles/storage.admin",
        ];
        const SIGHT: [&str; 8] = [
            "read",
            "view",
            "lesen",
            "leserechte",
            "lire",
            "lecture",
            "leer",
            "lectura",
        ];
        let text = self.text.to_ascii_lowercase();
        STRONG.iter().any(|role| text.contains(role))
            && SIGHT.iter().any(|word| intent.says(word))
            && !intent.mentions(Senses::STRONG)
    }

    /// The object's name, or words of which the user must say one.
    pub fn object(&self) -> &str {
        match &self.wish {
            Wish::Named(object) => object,
            _ => "",
        }
    }

    /// True for an end in earnest where the user wanted it prepared, will bring it
    /// about himself, or asked for something milder.
    fn goes_too_far(&self, facts: &Facts) -> bool {
        let intent = facts.intent();
        let for_good = || Words::of(&self.text).all().any(Senses::DELETE);
        errand::is_to_draft(intent) && intent.wants_it_prepared()
            || intent.does_it_himself()
            || intent.ends_softly() && for_good() && !intent.ends_as(&Words::of(&self.text))
    }

    /// True for a change in earnest where the user wanted it prepared. What goes to
    /// a branch of its own is the preparing.
    fn is_only_prepared(&self, intent: &Intent) -> bool {
        !self.text.starts_with("git")
            && (errand::is_to_draft(intent) && intent.wants_it_prepared()
                || intent.does_it_himself())
    }

    /// True when the user named one place and this happens in another.
    pub fn is_elsewhere(&self, facts: &Facts) -> bool {
        place::differ(facts.intent(), &self.place, self.host.as_deref())
            || self.strays(facts).is_some()
    }

    /// The text in back quotes, then what it does.
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

/// True when the user names the thing, or the path as far as it says which.
fn names_path(facts: &Facts, object: &str) -> bool {
    let path = object.trim_end_matches("/*").trim_end_matches('/');
    let last = super::command::name(path);
    let whole = path.len() >= 4 && path.contains('/') && facts.intent().names_value(path);
    whole
        || !last.contains('*') && facts.intent().names_thing(last)
        || facts.intent().names_thing(path)
        || names_table(facts, path)
}

/// `logs.nginx_raw` of a user who only says `nginx_raw`, and of no schema.
fn names_table(facts: &Facts, object: &str) -> bool {
    let Some((schema, table)) = object.rsplit_once('.') else {
        return false;
    };
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let qualified = [".", table].concat();
    table.len() >= 5
        && table.contains('_')
        && plain(schema)
        && plain(table)
        && facts.intent().names_thing(table)
        && !facts.intent().names_value(&qualified)
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
    let sentence = deed.sentence();
    let told = match (deed.strays(facts), deed.planned_end(facts)) {
        (Some(context), _) => [
            &sentence,
            " in `",
            context,
            "`, which is not the place you named",
        ]
        .concat(),
        (_, Some(plan)) => [&sentence, "; its plan said: ", plan].concat(),
        _ if deed.is_elsewhere(facts) => [&sentence, ", which is not the place you named"].concat(),
        _ => sentence,
    };
    Some(Finding::new(deed.risk, &[&told]).with(&deed.path, &deed.text))
}
