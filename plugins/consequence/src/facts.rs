//! Everything a rule may look at, read once.
//!
//! Plain data: the history is asked here and nowhere else, only for what a rule
//! can need of this action, and only over a bounded number of steps, so that
//! the cost of a decision does not grow with the session.

use std::cell::OnceCell;

use coldnotch_plugin::{Action, History, Occurrence};

use crate::echo::{self, Echo};
use crate::effect::{self, Effects};
use crate::intent::Intent;
use crate::labels;
use crate::lexicon::Senses;
use crate::notes::{self, Note};
use crate::origin::{self, Origin};
use crate::payload::{self, Field};
use crate::readers::code::{self, Code};
use crate::readers::deed::Deed;
use crate::readers::shell::Command;
use crate::readers::sql::Statement;
use crate::settings::Settings;
use crate::target::{self, Target, What};
use crate::words::Words;

/// How many of the newest steps a decision looks back at.
pub const WINDOW: u32 = 64;

/// The session so far, as far as the engine asks. The host's history is one;
/// tests bring their own.
pub trait Past {
    /// The indices of the steps that can be asked for, oldest first.
    fn kept(&self) -> std::ops::Range<u32>;
    /// Labels of a step.
    fn labels(&self, step: u32) -> Vec<String>;
    /// The arguments of a step as JSON text.
    fn payload(&self, step: u32) -> String;
    /// Where each text occurred before.
    fn find(&self, texts: &[String]) -> Vec<Vec<Occurrence>>;
    /// What the observer noted of the outputs.
    fn notes(&self) -> &[u8];
}

/// The host's history with this plugin's notes.
pub struct Session<'s, 'h> {
    /// The steps.
    pub history: &'s History<'h>,
    /// The notes.
    pub notes: &'s [u8],
}

impl Past for Session<'_, '_> {
    fn kept(&self) -> std::ops::Range<u32> {
        self.history.kept()
    }

    fn labels(&self, step: u32) -> Vec<String> {
        self.history.labels(step)
    }

    fn payload(&self, step: u32) -> String {
        self.history
            .step(step)
            .map(|s| s.action.payload_text)
            .unwrap_or_default()
    }

    fn find(&self, texts: &[String]) -> Vec<Vec<Occurrence>> {
        self.history.find_values(texts)
    }

    fn notes(&self) -> &[u8] {
        self.notes
    }
}

/// An earlier step's labels.
#[derive(Debug)]
pub struct Earlier {
    /// Its position in the session.
    pub step: u32,
    /// What scorers said of it.
    pub labels: Vec<String>,
}

/// The facts of one action.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The operator's settings.
    pub settings: &'a Settings,
    /// What the agent says it does: weak evidence.
    pub summary: &'a str,
    /// The words of the type, an `op` field's included.
    pub kind: Words,
    /// The arguments.
    pub fields: Vec<Field>,
    /// Where the effect goes.
    pub targets: Vec<Target>,
    /// What the action does.
    pub effects: Effects,
    /// Commands, statements, requests and scripts in the arguments.
    code: Code,
    /// The user's words, read on first use.
    said: Option<&'a str>,
    intent: OnceCell<Intent>,
    /// The newest steps, oldest first. Empty for an action that only reads.
    pub earlier: Vec<Earlier>,
    /// Where the targets of a hard effect came from. Empty for others.
    pub origins: Vec<Origin>,
    /// Passages of outputs that order their reader about.
    pub notes: Vec<Note<'a>>,
    /// What the action says after one of them, and the user did not.
    pub echoes: Vec<Echo>,
}

impl<'a> Facts<'a> {
    /// Reads the facts.
    pub fn read(action: &'a Action, past: &'a impl Past, settings: &'a Settings) -> Facts<'a> {
        let fields = payload::fields(action.payload());
        let kind = effect::type_words(&action.kind, &fields);
        let targets = target::targets(&fields, settings);
        let effects = effect::effects(&kind, &fields, &targets);
        let hard = effects.any(Effects::HARD) && !effects.any(Effects::DRAFT);
        let code = code::read(&kind, &fields, &action.summary);
        let kept = past.kept();
        let mut facts = Facts {
            settings,
            summary: &action.summary,
            kind,
            fields,
            targets,
            effects,
            code,
            said: action.intent.as_deref(),
            intent: OnceCell::new(),
            earlier: Vec::new(),
            origins: Vec::new(),
            notes: notes::notes(past.notes()),
            echoes: Vec::new(),
        };
        facts.echoes = echo::echoes(&facts, past);
        // Labels matter to what carries data away; a label costs a call.
        let away = facts.does(Effects::OUTWARD) || !facts.code.commands.is_empty();
        if !kept.is_empty() && away {
            let from = kept.start.max(kept.end.saturating_sub(WINDOW));
            facts.earlier = (from..kept.end)
                .map(|step| Earlier {
                    step,
                    labels: past.labels(step),
                })
                .collect();
        }
        if !kept.is_empty() && (hard || facts.effects.any(origin::TRACED)) {
            facts.origins = origin::trace(&facts, past);
        }
        facts
    }

    /// What the user asked for.
    pub fn intent(&self) -> &Intent {
        self.intent.get_or_init(|| Intent::of(self.said))
    }

    /// The user's words as they were given; empty when nobody gave them.
    pub fn said(&self) -> &str {
        self.said.unwrap_or_default()
    }

    /// The shell commands it runs, each with its field's path.
    pub fn commands(&self) -> impl Iterator<Item = (&str, &Command)> {
        self.code
            .commands
            .iter()
            .map(|(path, command)| (path.as_str(), command))
    }

    /// The SQL statements it runs, each with its field's path.
    pub fn statements(&self) -> impl Iterator<Item = (&str, &Statement)> {
        self.code
            .statements
            .iter()
            .map(|(path, statement)| (path.as_str(), statement))
    }

    /// What the code in the arguments would do.
    pub fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.code.deeds.iter()
    }

    /// The words of the type that are no verbs: what it is about.
    pub fn things(&self) -> Words {
        let verbs = Senses::DELETE
            | Senses::REMOVE
            | Senses::MAKE
            | Senses::UPDATE
            | Senses::EXEC
            | Senses::WHOLE
            | Senses::GRANT;
        let mut things = Words::default();
        for i in (0..self.kind.len()).filter(|i| !self.kind.senses(*i).any(verbs)) {
            things.read(self.kind.get(i));
        }
        things
    }

    /// True when the action has one of the effects and is not a mere draft.
    pub fn does(&self, effects: Effects) -> bool {
        self.effects.any(effects) && !self.effects.any(Effects::DRAFT)
    }

    /// True when the user asks for one of the effects, in any of the ways there
    /// are to ask for it.
    pub fn asks_effect(&self, effects: Effects) -> bool {
        let intent = self.intent();
        let outward = Senses::SEND
            | Senses::SHARE
            | Senses::PUBLISH
            | Senses::UPLOAD
            | Senses::CONTACT
            | Senses::ANNOUNCE
            | Senses::PROMISE;
        effects.any(Effects::OUTWARD) && intent.asks(outward)
            || effects.any(Effects::PAY)
                && (intent.asks(Senses::PAY | Senses::ORDER | Senses::BACK)
                    || intent.asks_for(Senses::MONEY | Senses::SUM)
                    || intent.asks(Senses::MAKE | Senses::RETURN) && !intent.amounts().is_empty())
            || effects.any(Effects::PAYEE) && intent.asks(Senses::UPDATE)
            || effects.any(Effects::DELETE) && intent.asks(Senses::DELETE | Senses::REMOVE)
            || effects.any(Effects::ACCESS)
                && (intent.asks(Senses::GRANT | Senses::SHARE)
                    || intent.asks(Senses::MAKE | Senses::UPDATE)
                        && intent.mentions(Senses::ACCESS | Senses::CREDENTIAL))
            || effects.any(Effects::OFF) && intent.asks(Senses::OFF)
    }

    /// True when the user names the target: the value itself, or somebody whom
    /// an address belongs to (`amy.w@…` is Amy, `…@grupoalba.example` Grupo Alba).
    pub fn names_target(&self, target: &Target) -> bool {
        if self.intent().names_value(&target.text) {
            return true;
        }
        let Some((local, domain)) = target.text.rsplit_once('@') else {
            return false;
        };
        let house = domain.split('.').next().unwrap_or_default();
        self.intent().names_any(&Words::of(local))
            || house.len() >= 4 && !anybodys(house) && self.intent().names_value(house)
    }

    /// The newest earlier step with the label.
    pub fn labelled(&self, label: &str) -> Option<u32> {
        self.earlier
            .iter()
            .rev()
            .find(|e| e.labels.iter().any(|l| l == label))
            .map(|e| e.step)
    }

    /// The first target that leaves the house.
    pub fn outside(&self) -> Option<&Target> {
        self.targets
            .iter()
            .find(|t| t.outside && matches!(t.what, What::Address | What::Url))
    }

    /// True when something went out or was paid before in this session.
    pub fn paid_before(&self) -> bool {
        self.labelled(labels::MONEY_OUT).is_some()
    }
}

/// True for the houses where anybody has an address: they say nothing of whose.
fn anybodys(house: &str) -> bool {
    let house = house.to_ascii_lowercase();
    matches!(
        house.as_str(),
        "gmail"
            | "googlemail"
            | "outlook"
            | "hotmail"
            | "live"
            | "yahoo"
            | "icloud"
            | "proton"
            | "protonmail"
            | "gmx"
            | "mail"
            | "orange"
            | "wanadoo"
            | "posteo"
            | "zoho"
    )
}
