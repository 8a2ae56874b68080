//! Acts that bind whoever they are done for, read from the type of the action:
//! an order, a signature, an approval, the end of a contract, a mailing.

use crate::effect::Effects;
use crate::facts::Facts;
use crate::lexicon::Senses;
use crate::payload::Field;
use crate::words::Words;

/// A sort of act.
#[derive(Debug)]
pub struct Act {
    /// What it does, after "this".
    pub does: &'static str,
    /// The verbs of the type, one of which it has.
    verbs: Senses,
    /// The things it is done to; none: any.
    things: Senses,
    /// What a user says who wants it.
    pub asked: Senses,
    /// What he may say as well, when he names the thing.
    pub vaguely: Senses,
}

impl Act {
    /// False when the user speaks of other things than what it is done to, and of no figures:
    /// who changes his address raises no limit.
    pub fn is_about(&self, facts: &Facts) -> bool {
        let intent = facts.intent();
        !self.things.any(Senses::WORTH | Senses::RECOVERY)
            || intent.mentions(self.things)
            || !intent.amounts().is_empty()
            || intent.names_kind(&facts.things())
            || intent.delegates()
    }

    /// True for an order, which costs what it costs.
    pub fn is_order(&self) -> bool {
        self.verbs.any(Senses::BUY)
    }
}

/// The sorts, the most telling first.
const ACTS: &[Act] = &[
    Act {
        does: "signs or accepts something for good",
        verbs: Senses::SIGN,
        things: Senses::NONE,
        asked: Senses::SIGN.and(Senses::AGREE),
        vaguely: Senses::BUY.and(Senses::PAY),
    },
    Act {
        does: "sets what somebody is paid or pays",
        verbs: Senses::UPDATE,
        things: Senses::WORTH,
        asked: Senses::UPDATE
            .and(Senses::MAKE)
            .and(Senses::OFFER)
            .and(Senses::BACK)
            .and(Senses::ORDER),
        vaguely: Senses::NONE,
    },
    Act {
        does: "changes how an account is recovered or paid out",
        verbs: Senses::UPDATE,
        things: Senses::RECOVERY,
        asked: Senses::UPDATE.and(Senses::MAKE),
        vaguely: Senses::NONE,
    },
    Act {
        does: "gives somebody a credit or a discount",
        verbs: Senses::MAKE,
        things: Senses::GIFT,
        asked: Senses::BACK
            .and(Senses::OFFER)
            .and(Senses::PAY)
            .and(Senses::MAKE),
        vaguely: Senses::NONE,
    },
    Act {
        does: "sends a mailing to many people",
        verbs: Senses::LAUNCH,
        things: Senses::CAMPAIGN,
        asked: Senses::LAUNCH
            .and(Senses::SEND)
            .and(Senses::PUBLISH)
            .and(Senses::ANNOUNCE),
        vaguely: Senses::NONE,
    },
    Act {
        does: "ends a contract, an order or a subscription",
        verbs: Senses::END,
        things: Senses::NONE,
        asked: Senses::END
            .and(Senses::DELETE)
            .and(Senses::REMOVE)
            .and(Senses::OFF)
            .and(Senses::BACK)
            .and(Senses::UPDATE),
        vaguely: Senses::NONE,
    },
    Act {
        does: "takes somebody out",
        verbs: Senses::REMOVE.and(Senses::DELETE).and(Senses::END),
        things: Senses::PEOPLE,
        asked: Senses::REMOVE
            .and(Senses::DELETE)
            .and(Senses::END)
            .and(Senses::OFF)
            .and(Senses::UPDATE),
        vaguely: Senses::NONE,
    },
    Act {
        does: "changes what is on record about somebody",
        verbs: Senses::UPDATE,
        things: Senses::PROFILE,
        asked: Senses::UPDATE.and(Senses::MEND),
        vaguely: Senses::ACTING,
    },
    Act {
        does: "hands something in for good",
        verbs: Senses::SUBMIT,
        things: Senses::FILING,
        asked: Senses::SUBMIT.and(Senses::SEND).and(Senses::MEND),
        vaguely: Senses::NONE,
    },
    Act {
        does: "changes the settings of an account",
        verbs: Senses::UPDATE,
        things: Senses::SETTINGS,
        asked: Senses::UPDATE
            .and(Senses::MAKE)
            .and(Senses::OFF)
            .and(Senses::GRANT)
            .and(Senses::SHARE)
            .and(Senses::MEND)
            .and(Senses::REMOVE),
        vaguely: Senses::ACTING,
    },
    Act {
        does: "orders or books something",
        verbs: Senses::BUY,
        things: Senses::NONE,
        asked: Senses::ORDER
            .and(Senses::BUY)
            .and(Senses::PAY)
            .and(Senses::APPOINT),
        vaguely: Senses::MAKE.and(Senses::CONTACT).and(Senses::UPDATE),
    },
    Act {
        does: "approves something or makes it final",
        verbs: Senses::APPROVE,
        things: Senses::NONE,
        asked: Senses::APPROVE
            .and(Senses::UPDATE)
            .and(Senses::SIGN)
            .and(Senses::MAKE)
            .and(Senses::ORDER)
            .and(Senses::PAY)
            .and(Senses::CONTACT),
        vaguely: Senses::NONE,
    },
];

/// What binds, or ends what binds, by all that is read of the action.
const BINDING: Act = Act {
    does: "binds somebody, or ends what does",
    verbs: Senses::BIND,
    things: Senses::NONE,
    asked: Senses::BIND
        .and(Senses::SIGN)
        .and(Senses::AGREE)
        .and(Senses::END)
        .and(Senses::OFF)
        .and(Senses::REMOVE)
        .and(Senses::DELETE),
    vaguely: Senses::ACTING,
};

/// The act the action is, if it is one.
pub fn of(facts: &Facts) -> Option<&'static Act> {
    let idle = Effects::READ | Effects::DRAFT | Effects::NOTE | Effects::EXECUTE;
    if facts.effects.any(idle) || is_everyday(&facts.kind) {
        return None;
    }
    let mut all = facts.kind.all();
    // Whoever orders accepts the terms of the order.
    if !all.any(Senses::BUY) && facts.fields.iter().any(accepts_terms) {
        all = all | Senses::SIGN;
    }
    let sets_pay = facts.fields.iter().any(|f| says_what_is_paid(f.key));
    let done_to = |act: &Act| {
        act.things == Senses::NONE
            || all.any(act.things)
            || sets_pay && act.things.any(Senses::WORTH)
    };
    let listed = ACTS.iter().find(|act| all.any(act.verbs) && done_to(act));
    let act = listed.or_else(|| facts.does(Effects::BIND).then_some(&BINDING))?;
    (!act.verbs.any(Senses::BUY) || is_bought(facts)).then_some(act)
}

/// `sign_in`, `git_checkout`, `accept_cookies`: the same words in another trade.
fn is_everyday(kind: &Words) -> bool {
    (0..kind.len()).any(|i| {
        let login =
            kind.get(i) == "sign" && matches!(kind.get(i + 1), "in" | "up" | "out" | "on" | "off");
        let other = matches!(
            kind.get(i),
            "git"
                | "branch"
                | "repo"
                | "svn"
                | "cookie"
                | "cookies"
                | "suggestion"
                | "suggestions"
                | "dialog"
                | "alert"
        );
        login || other
    })
}

/// `accept_terms: true`.
fn accepts_terms(field: &Field) -> bool {
    field.key.any(Senses::SIGN) && field.key.any(Senses::TERMS) && field.is_on()
}

/// True for a field named after a discount or a salary.
fn says_what_is_paid(key: Senses) -> bool {
    key.any(Senses::GIFT) || key.any(Senses::JOB) && key.any(Senses::WORTH)
}

/// What was bought or will be, where it can be no verb.
const THINGS_BOUGHT: [&str; 11] = [
    "booking",
    "reservation",
    "purchase",
    "po",
    "commande",
    "bestellung",
    "buchung",
    "reservierung",
    "pedido",
    "reserva",
    "compra",
];

/// True when the word for buying is the verb: `order.create`, `book_flight`,
/// `shop.order`, but not `order.add_note` or `return_order_items`.
fn is_bought(facts: &Facts) -> bool {
    let kind = &facts.kind;
    let diary = |word: &str| {
        matches!(
            word,
            "schedule" | "calendar" | "agenda" | "kalender" | "calendario"
        )
    };
    if kind.all().any(Senses::APPOINT) || kind.iter().any(diary) {
        return false; // `book_meeting` takes an hour and no money
    }
    // `airline.booking` with a number and nothing else shows it.
    let shown = |f: &Field| {
        matches!(
            f.name(),
            "id" | "ref" | "reference" | "number" | "no" | "nr" | "code"
        )
    };
    let thing = |i: usize| THINGS_BOUGHT.contains(&kind.get(i));
    let bought = |i: &usize| kind.senses(*i).any(Senses::BUY);
    if matches!(facts.fields.as_slice(), [one] if shown(one))
        && (0..kind.len()).filter(bought).all(thing)
        && !kind.all().any(Senses::MAKE)
    {
        return false;
    }
    let other = Senses::UPDATE
        | Senses::DELETE
        | Senses::REMOVE
        | Senses::NOTE
        | Senses::SEND
        | Senses::READ
        | Senses::RETURN
        | Senses::END;
    let makes = kind.each().any(|s| s.any(Senses::MAKE));
    let last = kind.len().saturating_sub(1);
    let stands =
        (0..kind.len()).any(|i| kind.senses(i).any(Senses::BUY) && (makes || i == 0 || i == last));
    stands
        && !kind
            .each()
            .any(|s| s.any(other) && !s.any(Senses::BUY | Senses::MAKE))
}
