//! How much money an action moves, and whether the user said so.

use coldnotch_plugin::Place;

use super::{Facts, Past};
use crate::effect::Effects;
use crate::errand;
use crate::labels;
use crate::ledger::{self, Payment};
use crate::lexicon::Senses;
use crate::payload::{Field, Plain};

impl Facts<'_> {
    /// True unless the user points to where the amount stands ("according to the
    /// mail", "pay the plumber's bill") and no output has it.
    pub(super) fn knows_amount(&self, past: &impl Past) -> bool {
        let Some(payment) = self.payment() else {
            return true;
        };
        let intent = self.intent();
        let pointed = intent.mentions(Senses::ACCORDING) || intent.points_to_a_bill();
        if !pointed || intent.mentions(Senses::RELATIVE) || self.is_named_in_figures() {
            return true;
        }
        let (whole, cents) = (payment.cents / 100, payment.cents % 100);
        let (whole, cents) = (
            whole.to_string(),
            [(cents / 10).to_string(), (cents % 10).to_string()].concat(),
        );
        let mut forms = vec![
            [&whole, ".", &cents].concat(),
            [&whole, ",", &cents].concat(),
        ];
        if cents == "00" {
            forms.push(whole);
        }
        let found = past.find(&forms);
        found
            .iter()
            .flatten()
            .any(|o| o.place == Place::Output && o.decoded_by.is_none())
    }

    /// The payment the action makes, if it shows an amount.
    pub fn payment(&self) -> Option<&Payment> {
        self.payment.get_or_init(|| self.read_payment()).as_ref()
    }

    fn read_payment(&self) -> Option<Payment> {
        if !self.does(Effects::PAY) && self.act().is_none_or(|a| !a.is_order()) {
            return None;
        }
        let field = self.amount()?;
        let amount = field.amount()? / if field.counts_cents() { 100.0 } else { 1.0 };
        let cents = (amount * 100.0).round() as i64;
        let text = |of: Senses| {
            let field = self
                .fields
                .iter()
                .find(|f| f.key.any(of) && !f.text.is_empty());
            field.map_or("", |f| f.text.as_str())
        };
        let payee = self
            .targets
            .first()
            .map_or_else(|| text(Senses::TO | Senses::ACCOUNT), |t| &t.text);
        let references = self
            .fields
            .iter()
            .filter(|f| f.key.any(Senses::REFERENCE))
            .map(|f| f.text.as_str());
        let named = text(Senses::CURRENCY).to_uppercase();
        let amount = cents.to_string();
        let key = self
            .fields
            .iter()
            .find(|f| f.path.to_ascii_lowercase().contains("idempot"))
            .map(|f| f.text.as_str());
        let request = key.map(|key| ledger::hash([payee, &amount, key]));
        Some(Payment {
            request,
            identity: ledger::hash([payee, amount.as_str()].into_iter().chain(references)),
            currency: if named.len() == 3 && named.is_ascii() {
                named
            } else {
                "-".to_owned()
            },
            cents,
        })
    }

    /// True when the user names the very figures of the action, how much or how
    /// many, and wants more than a look or a draft.
    pub fn is_named_in_figures(&self) -> bool {
        let intent = self.intent();
        let money = self.amount().and_then(|f| Some((f, f.amount()?)));
        let named = if let Some((field, amount)) = money {
            let amount = if field.counts_cents() {
                amount / 100.0
            } else {
                amount
            };
            (intent.amounts().iter().any(|a| (a - amount).abs() < 0.005)
                || intent.writes_figure(amount))
                && !intent.only_tells_figure(amount)
        } else {
            let numbers = intent.numbers();
            self.fields.iter().any(|f| match f.value {
                Plain::Number(n) if f.key.any(Senses::QUANTITY) => {
                    numbers.iter().any(|m| f64::from(*m) == n)
                }
                _ => false,
            })
        };
        named && !errand::is_to_look(intent) && !errand::is_to_draft(intent)
    }

    /// The field that says how much money it is: the whole of it where there
    /// are parts.
    pub fn amount(&self) -> Option<&Field> {
        let amounts = || {
            self.fields
                .iter()
                .filter(|f| f.key.any(Senses::AMOUNT) && f.amount().is_some())
        };
        amounts()
            .find(|f| f.path.to_ascii_lowercase().contains("total"))
            .or_else(|| amounts().next())
    }

    /// True when something went out or was paid before in this session.
    pub fn paid_before(&self) -> bool {
        self.labelled(labels::MONEY_OUT).is_some()
    }
}
