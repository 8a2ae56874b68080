//! Everything a rule may look at, read once.
//!
//! Plain data: the history is asked here and nowhere else, only for what a rule
//! can need of this action, and only over a bounded number of steps, so that
//! the cost of a decision does not grow with the session.

mod again;
mod leaked;
mod made;
mod money;
mod past;

pub use again::Again;
pub use leaked::Leak;
pub use past::{Fate, Past, Session};

use crate::act::{self, Act};
use crate::echo::{self, Echo};
use crate::effect::{self, Effects};
use crate::errand;
use crate::follow::{self, Followed};
use crate::intent::Intent;
use crate::ledger::{Ledger, Payment};
use crate::lexicon::Senses;
use crate::message::Message;
use crate::notes::known;
use crate::notes::{self, Note, rows::Rows};
use crate::origin::{self, Origin};
use crate::payload::{self, Field, Plain};
use crate::readers::code::{self, Code};
use crate::readers::deed::Deed;
use crate::readers::shell::Command;
use crate::readers::sql::Statement;
use crate::settings::Settings;
use crate::target::{self, Target, What};
use crate::words::Words;
use coldnotch_plugin::Action;
use std::borrow::Cow;
use std::cell::OnceCell;

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
    /// True when it happens where the operator lets things break.
    pub is_test: bool,
    /// The user's words, read on first use.
    said: Option<Cow<'a, str>>,
    intent: OnceCell<Intent>,
    message: OnceCell<Option<Message>>,
    act: OnceCell<Option<&'static Act>>,
    payment: OnceCell<Option<Payment>>,
    asked: OnceCell<bool>,
    /// What the session has come to.
    pub ledger: Ledger,
    /// Where the targets of a hard effect came from. Empty for others.
    pub origins: Vec<Origin>,
    /// The same act before, on a thing the user named, when this is on another.
    pub again: Option<Again>,
    /// What it carries out of the house of a secret that was read.
    pub leak: Option<Leak>,
    /// Names of things that the session itself brought into being.
    made: Vec<String>,
    /// Names among what this action ends that were looked up for the user.
    found: Vec<String>,
    /// True when nothing of the session is forgotten.
    pub remembers_all: bool,
    /// True when some output had an account as a field of its own.
    pub accounts_are_listed: bool,
    /// False when the user leaves the amount to what stands elsewhere, and it
    /// stands nowhere.
    pub amount_is_known: bool,
    /// Passages of outputs that order their reader about, and after something
    /// that this action may be.
    pub notes: Vec<Note<'a>>,
    /// What outputs said of values and places: the notes it stands in.
    said_before: &'a [u8],
    /// Rows of lists that the user's words tell apart.
    pub rows: Vec<Rows<'a>>,
    /// What the action says after one of them, and the user did not.
    pub echoes: Vec<Echo>,
    /// The passage that orders it, with words that the user did not say.
    pub followed: Option<Followed>,
}

impl<'a> Facts<'a> {
    /// Reads the facts.
    pub fn read(action: &'a Action, past: &'a impl Past, settings: &'a Settings) -> Facts<'a> {
        let fields = payload::read(&action.payload_text);
        let kind = effect::type_words(&action.kind, &fields);
        let targets = target::targets(&fields, settings);
        let effects = effect::effects(&kind, &fields, &targets);
        let hard = effects.any(Effects::HARD) && !effects.any(Effects::DRAFT);
        let few = fields.len() <= MAX_DICTATED;
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
            is_test: false,
            said: said(action, past),
            intent: OnceCell::new(),
            message: OnceCell::new(),
            act: OnceCell::new(),
            payment: OnceCell::new(),
            asked: OnceCell::new(),
            ledger: Ledger::read(past),
            origins: Vec::new(),
            again: None,
            leak: None,
            made: Vec::new(),
            found: Vec::new(),
            said_before: past.notes(),
            remembers_all: kept.start == 0 && !kept.is_empty(),
            accounts_are_listed: hard && notes::lists_accounts(past.notes()),
            amount_is_known: true,
            notes: notes::that_count(past.notes(), effects, few),
            rows: Vec::new(),
            echoes: Vec::new(),
            followed: None,
        };
        if !facts.effects.any(Effects::READ | Effects::DRAFT) {
            facts.rows = notes::rows_of_lists(past.notes());
        }
        facts.echoes = echo::echoes(&facts, past);
        facts.followed = follow::followed(&facts, past);
        facts.is_test = facts.is_in_test(action);
        if !kept.is_empty() && (hard || facts.effects.any(origin::TRACED)) {
            facts.origins = origin::trace(&facts, past);
        }
        if !kept.is_empty() && hard {
            facts.amount_is_known = facts.knows_amount(past);
        }
        if !kept.is_empty() {
            facts.again = facts.done_again(past);
            (facts.made, facts.found) = facts.made_before(past);
            facts.leak = facts.leaked(past);
        }
        facts
    }

    /// True when the runtime, a field for the environment or a host names one of
    /// the operator's test environments.
    fn is_in_test(&self, action: &Action) -> bool {
        if self.settings.test_environments.is_empty() {
            return false;
        }
        let vouched = action.context()["environment"].as_str();
        let named = |f: &Field| {
            (f.key.any(Senses::STATE | Senses::URL) || f.text.contains("://"))
                && self.settings.is_test(&f.text)
        };
        vouched.is_some_and(|env| self.settings.is_test(env)) || self.fields.iter().any(named)
    }

    /// What the user asked for.
    pub fn intent(&self) -> &Intent {
        self.intent.get_or_init(|| Intent::of(self.said.as_deref()))
    }

    /// The act that binds which it is, if it is one.
    pub fn act(&self) -> Option<&'static Act> {
        *self.act.get_or_init(|| act::of(self))
    }

    /// What it says to a stranger, if anything.
    pub fn message(&self) -> Option<&Message> {
        self.message.get_or_init(|| Message::of(self)).as_ref()
    }

    /// The user's words as they were given; empty when nobody gave them.
    pub fn said(&self) -> &str {
        self.said.as_deref().unwrap_or_default()
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

    /// What outputs said of values and places, of one sort: about what, and what.
    pub fn known(&self, sort: known::Sort) -> impl Iterator<Item = (&str, &str)> {
        notes::known(self.said_before).filter_map(move |k| (k.0 == sort).then_some((k.1, k.2)))
    }

    /// True when the address stood in the head of a letter, as its writer's.
    pub fn is_writer(&self, address: &str) -> bool {
        notes::has_writer(self.said_before, address)
    }

    /// What the observer noted.
    pub fn noted(&self) -> &'a [u8] {
        self.said_before
    }

    /// The addresses that stood in outputs, the newest of them.
    pub fn addresses_read(&self) -> impl Iterator<Item = &str> {
        notes::addresses::read(self.said_before)
    }

    /// Which account stood beside what, in outputs.
    pub fn accounts_read(&self) -> impl Iterator<Item = (u32, u32)> {
        notes::pairs::read(self.said_before)
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
        effects.any(Effects::OUTWARD)
            && (intent.asks(outward) || intent.tells_somebody() || self.is_his_text())
            || effects.any(Effects::PAY)
                && (intent.asks(Senses::PAY | Senses::ORDER | Senses::BACK)
                    || intent.asks_for(Senses::MONEY | Senses::SUM)
                    || intent.asks(Senses::MAKE | Senses::RETURN) && !intent.amounts().is_empty()
                    || intent.asks(Senses::RETURN)
                        && self.kind.all().any(Senses::BACK | Senses::RETURN))
            || effects.any(Effects::PAYEE)
                && (intent.asks(Senses::UPDATE) || self.asks_for_the_account())
            || effects.any(Effects::DELETE) && intent.asks(Senses::DELETE | Senses::REMOVE)
            || effects.any(Effects::ACCESS)
                && (intent.asks(Senses::GRANT | Senses::SHARE)
                    || intent.asks(Senses::MAKE | Senses::UPDATE)
                        && intent.mentions(Senses::ACCESS | Senses::CREDENTIAL))
            || effects.any(Effects::OFF) && intent.asks(Senses::OFF)
            || effects.any(Effects::BUY)
                && (intent.asks(Senses::ORDER | Senses::BUY | Senses::PAY | Senses::APPOINT)
                    || intent.asks(Senses::MAKE) && intent.names_kind(&self.things()))
            || effects.any(Effects::BIND)
                && self
                    .act()
                    .is_none_or(|act| intent.asks(act.asked | act.vaguely))
    }

    /// True when the user wrote himself what is to be read, calls it what the tool calls it
    /// ("put up a tweet, 'We are open again!'"), and does not say that he will do it.
    pub fn is_his_text(&self) -> bool {
        let intent = self.intent();
        let verbs = Senses::PUBLISH | Senses::SHARE | Senses::ANNOUNCE | Senses::UPLOAD;
        let body = |f: &&Field| f.key.any(Senses::BODY) && f.value == Plain::Text;
        let mut bodies = self.fields.iter().filter(body).peekable();
        bodies.peek().is_some()
            && bodies.all(|f| intent.dictates(&f.text))
            && self.kind.iter().any(|word| intent.says(word))
            && !intent.refuses(verbs)
    }

    /// True when the user asks for one of the effects of the action.
    pub fn is_asked(&self) -> bool {
        *self.asked.get_or_init(|| self.asks_effect(self.effects))
    }

    /// True when the user is known to want something, and neither this effect nor
    /// this act nor anything called by a verb of the action.
    pub fn is_unasked(&self) -> bool {
        let intent = self.intent();
        let same_verb = |i: usize| {
            let verb = self.kind.senses(i).any(Senses::ACTING);
            verb && intent.names_any(&Words::of(self.kind.get(i)))
        };
        !intent.is_unknown()
            && !self.is_asked()
            && !intent.asks(self.act().map_or(MAKING, |act| act.asked))
            && !(0..self.kind.len()).any(same_verb)
    }

    /// True when the user wants something done, not looked at and not merely drafted.
    pub fn is_in_earnest(&self) -> bool {
        let intent = self.intent();
        !intent.is_unknown() && !errand::is_to_look(intent) && !errand::is_to_draft(intent)
    }

    /// True when the user wants something done and speaks of what the action is about, in
    /// whatever turn of phrase, and no text that was read orders anything of the sort.
    pub fn is_spoken_of(&self) -> bool {
        if !self.is_in_earnest() || !self.notes.is_empty() {
            return false;
        }
        let intent = self.intent();
        let telling =
            |w: &&str| (w.len() >= 4 || w.bytes().any(|b| b.is_ascii_digit())) && intent.says(w);
        let short = self
            .fields
            .iter()
            .filter(|f| f.text.len() <= 80 && !f.key.any(Senses::BODY));
        let mut said: Vec<&str> = Vec::new();
        for word in short
            .flat_map(|f| f.words().iter())
            .chain(self.kind.iter())
            .filter(telling)
        {
            if !said.contains(&word) {
                said.push(word);
            }
        }
        said.len() >= 2
    }

    /// True when a search for what the user spoke of had it as a value.
    pub fn looked_up(&self, text: &str) -> bool {
        let seen = |o: &Origin| {
            let ordered = |step| {
                self.notes
                    .iter()
                    .any(|n| n.places.iter().any(|(s, _)| *s == step))
            };
            let found =
                |s: &origin::Seen| s.in_output && s.named && s.is_a_value() && !ordered(s.step);
            o.target.text == text && o.seen.iter().any(found)
        };
        self.origins.iter().any(seen)
    }

    /// True when the user himself wants a secret passed on: he asks to send, and
    /// names one.
    pub fn asks_to_send_a_secret(&self) -> bool {
        let intent = self.intent();
        intent.asks(Senses::SEND | Senses::UPLOAD | Senses::SHARE)
            && intent.means(Senses::SECRET | Senses::CREDENTIAL)
    }

    /// True when it reaches somebody outside, and nobody there whom the user did not name.
    pub fn reaches_only_named(&self) -> bool {
        let mut outside = self.targets.iter().filter(|t| t.outside).peekable();
        outside.peek().is_some() && outside.all(|t| self.names_target(t))
    }

    /// True when the user names the target: the value itself, or somebody whom
    /// an address belongs to (`amy.w@…` is Amy, `…@grupoalba.example` Grupo Alba).
    pub fn names_target(&self, target: &Target) -> bool {
        let house = || {
            crate::spans::values::url(&target.text)
                .is_some_and(|url| self.intent().names_value(crate::spans::values::host(&url)))
        };
        self.names_address(&target.text) || target.what == What::Url && house()
    }

    /// True when the user wants somebody's account changed and says whose: "Torben's bank
    /// details are right, enter them". What works behind his back is another matter.
    pub fn asks_for_the_account(&self) -> bool {
        const ACCOUNT: [&str; 12] = [
            "iban",
            "bankverbindung",
            "kontoverbindung",
            "kontonummer",
            "rib",
            "bank",
            "banque",
            "bancaires",
            "banco",
            "bancarios",
            "sortcode",
            "bic",
        ];
        let intent = self.intent();
        let whose = |f: &Field| f.text.len() <= 60 && intent.names_any(f.words());
        self.is_in_earnest()
            && ACCOUNT.iter().any(|w| intent.words().contains(w))
            && intent.asks(Senses::UPDATE | Senses::MAKE)
            && self.fields.iter().any(whose)
            && self.notes.iter().all(|n| n.level() != notes::Level::Plot)
    }

    /// The same of a target's text.
    pub fn names_address(&self, text: &str) -> bool {
        let intent = self.intent();
        let parts = text.rsplit_once('@');
        let house = parts.and_then(|(_, domain)| domain.split('.').next());
        let is_anybodys = |h: &str| ANYBODYS.iter().any(|a| h.eq_ignore_ascii_case(a));
        // `hoelzl.example` is how Hölzl has to write himself.
        let dotted = |h: &str| h.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü");
        let two = |h: &str| h.contains("ae") || h.contains("oe") || h.contains("ue");
        let names = |h: &str| intent.names_value(h) || two(h) && intent.names_value(&dotted(h));
        house.is_some_and(|h| h.len() >= 4 && names(h) && !is_anybodys(h))
            || intent.names_value(text)
            || parts.is_some_and(|(local, _)| intent.names_any(&Words::of(local)))
    }

    /// The newest earlier step with the label.
    pub fn labelled(&self, label: &str) -> Option<u32> {
        self.ledger.mark(label)
    }

    /// The first target that leaves the house.
    pub fn outside(&self) -> Option<&Target> {
        self.targets
            .iter()
            .find(|t| t.outside && matches!(t.what, What::Address | What::Url))
    }
}

/// Verbs that ask to bring about whatever it is.
pub const MAKING: Senses = Senses::MAKE
    .and(Senses::UPDATE)
    .and(Senses::ORDER)
    .and(Senses::REMOVE);

/// How many arguments an action has whose words a passage may dictate that only
/// brings something about: what one sentence orders has few.
const MAX_DICTATED: usize = 8;

/// The user's words, and what he said when he was asked.
fn said<'a>(action: &'a Action, past: &impl Past) -> Option<Cow<'a, str>> {
    let intent = action.intent.as_deref()?;
    Some(match notes::answers::read(past.notes()) {
        None => Cow::Borrowed(intent),
        Some(answers) => Cow::Owned([intent, "\n", answers].concat()),
    })
}

/// Houses where anybody has an address: they say nothing of whose.
const ANYBODYS: [&str; 15] = [
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "live",
    "yahoo",
    "icloud",
    "proton",
    "protonmail",
    "gmx",
    "mail",
    "orange",
    "wanadoo",
    "posteo",
    "zoho",
];
