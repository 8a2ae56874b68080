//! What a session has come to, carried from step to step in labels, so that no
//! decision looks back over it: marks of what was read and sent, sums of what
//! was paid, payments made, holds that a human approved.
//!
//! Each step's labels hold the state before it and what it adds itself. The
//! next decision folds the two, once it is known whether the step ran; one that
//! still waits for its answer is carried on by its number until that is known. A
//! step without labels (the scorer failed, or there was nothing to carry) is
//! passed over, eight of them at most.
//!
//! | label | meaning |
//! | --- | --- |
//! | `secret-read@3` | step 3 was the newest with the label `secret-read` |
//! | `sum@EUR:41600` | 416.00 EUR were paid before this step |
//! | `paid@…` | payments made before: payee, amount and reference, hashed |
//! | `pays@EUR:11900:…` | this step pays 119.00 EUR |
//! | `asked@…` | this step is held for this cause |
//! | `ok@3:…` | the cause step 3 was held for was approved |
//! | `open@3` | step 3 waited for an answer before this step |

use crate::facts::{Fate, Past};

/// Labels that are carried on.
pub const MARKS: [&str; 6] = [
    crate::labels::SECRET_READ,
    crate::labels::PERSONAL_READ,
    crate::labels::INTERNAL_READ,
    crate::labels::UNTRUSTED_SOURCE,
    crate::labels::SEND_OUTSIDE,
    crate::labels::MONEY_OUT,
];

/// How many steps without labels are passed over.
const PASSED_OVER: u32 = 8;
/// How many currencies, payments and approvals are kept: the newest.
const MAX_SUMS: usize = 4;
const MAX_PAID: usize = 12;
const MAX_APPROVED: usize = 6;
/// How many steps that wait for an answer are kept: the newest. What an older one
/// pays counts as paid.
const MAX_OPEN: usize = 4;

/// A payment as far as sums and repeats go.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// Three letters, or `-` when it is not said.
    pub currency: String,
    /// Hundredths.
    pub cents: i64,
    /// Payee, amount and reference, hashed.
    pub identity: u64,
    /// Payee, amount and the key that makes a second try harmless, if there is
    /// one.
    pub request: Option<u64>,
}

impl Payment {
    /// What it is told by: the payment, and the request where one is named.
    fn identities(&self) -> impl Iterator<Item = u64> + use<> {
        std::iter::once(self.identity).chain(self.request)
    }
}

/// The state of a session before an action.
#[derive(Debug, Default, PartialEq)]
pub struct Ledger {
    marks: Vec<(String, u32)>,
    sums: Vec<(String, i64)>,
    paid: Vec<u64>,
    approved: Vec<(u32, u64)>,
    /// Steps that wait for an answer, oldest first.
    open: Vec<u32>,
    /// What these would pay: payee, amount and reference, hashed.
    asked_to_pay: Vec<u64>,
}

impl Ledger {
    /// Reads the state from the newest labelled step.
    pub fn read(past: &impl Past) -> Ledger {
        let kept = past.kept();
        let from = kept.start.max(kept.end.saturating_sub(PASSED_OVER));
        for step in (from..kept.end).rev() {
            let labels = past.labels(step);
            if !labels.is_empty() {
                return Ledger::fold(step, &labels, past);
            }
        }
        Ledger::default()
    }

    fn fold(step: u32, labels: &[String], past: &impl Past) -> Ledger {
        let mut ledger = Ledger::default();
        for label in labels {
            match label.split_once('@') {
                None => {}
                Some(("sum", sum)) => ledger.sums.extend(read_sum(sum)),
                Some(("paid", hash)) => ledger.paid.extend(hashes(hash)),
                Some(("ok", ok)) => ledger.approved.extend(read_approval(ok)),
                Some(("open", at)) => ledger.open.extend(at.parse::<u32>()),
                Some((mark, at)) if MARKS.contains(&mark) => {
                    ledger
                        .marks
                        .extend(at.parse().ok().map(|at| (mark.to_owned(), at)));
                }
                Some(_) => {}
            }
        }
        for label in labels.iter().filter(|l| MARKS.contains(&l.as_str())) {
            ledger.marks.retain(|(mark, _)| mark != label);
            ledger.marks.push((label.clone(), step));
        }
        if labels.iter().any(|l| is_to_be_settled(l)) {
            ledger.open.push(step);
        }
        let open = std::mem::take(&mut ledger.open);
        let overdue = open.len().saturating_sub(MAX_OPEN);
        for (i, at) in open.into_iter().enumerate() {
            if at == step {
                ledger.settle(at, labels, past.fate(at), false);
            } else {
                ledger.settle(at, &past.labels(at), past.fate(at), i < overdue);
            }
        }
        ledger
    }

    /// Takes in what became of a step that pays or was held.
    fn settle(&mut self, step: u32, labels: &[String], fate: Fate, overdue: bool) {
        let own = |name: &'static str| {
            labels
                .iter()
                .filter_map(|l| l.split_once('@'))
                .filter_map(move |(n, rest)| (n == name).then_some(rest))
        };
        let pays = own("pays").filter_map(read_payment);
        if fate.ran || fate.waits && overdue {
            pays.for_each(|p| self.pay(p));
        } else if fate.waits {
            self.asked_to_pay.extend(pays.flat_map(|p| p.identities()));
            self.open.push(step);
        }
        if fate.approved {
            let causes = own("asked").flat_map(hashes);
            self.approved.extend(causes.map(|cause| (step, cause)));
        }
    }

    fn pay(&mut self, payment: Payment) {
        if self.is_retry(&payment) {
            return;
        }
        self.paid.extend(payment.identities());
        match self.sums.iter_mut().find(|(c, _)| *c == payment.currency) {
            Some((_, sum)) => *sum = sum.saturating_add(payment.cents),
            None => self.sums.push((payment.currency, payment.cents)),
        }
    }

    /// The newest step with the label.
    pub fn mark(&self, label: &str) -> Option<u32> {
        self.marks
            .iter()
            .find(|(m, _)| m == label)
            .map(|(_, at)| *at)
    }

    /// What was paid before in the currency, in hundredths.
    pub fn sum(&self, currency: &str) -> i64 {
        let of = self.sums.iter().find(|(c, _)| c == currency);
        of.map_or(0, |(_, sum)| *sum)
    }

    /// True when this is a second try of a payment made before.
    pub fn is_retry(&self, payment: &Payment) -> bool {
        payment
            .request
            .is_some_and(|request| self.paid.contains(&request))
    }

    /// True when the same was paid before, by another request.
    pub fn was_paid(&self, payment: &Payment) -> bool {
        self.paid.contains(&payment.identity) && !self.is_retry(payment)
    }

    /// True when the same waits for an answer, by another request.
    pub fn is_asked_to_pay(&self, payment: &Payment) -> bool {
        let waits = |hash: &u64| self.asked_to_pay.contains(hash);
        waits(&payment.identity) && !payment.request.as_ref().is_some_and(waits)
    }

    /// The step at which a human approved the same cause.
    pub fn approval(&self, cause: u64) -> Option<u32> {
        let same = self.approved.iter().rev().find(|(_, c)| *c == cause);
        same.map(|(step, _)| *step)
    }

    /// The labels that carry the state on, the newest of each sort.
    pub fn labels(&self) -> Vec<String> {
        let mut labels = Vec::new();
        for (mark, at) in &self.marks {
            labels.push([mark, "@", &at.to_string()].concat());
        }
        for (currency, sum) in newest(&self.sums, MAX_SUMS) {
            labels.push(["sum@", currency, ":", &sum.to_string()].concat());
        }
        for three in newest(&self.paid, MAX_PAID).chunks(3) {
            labels.push(join("paid@", three));
        }
        for (step, cause) in newest(&self.approved, MAX_APPROVED) {
            labels.push(["ok@", &step.to_string(), ":", &hex(*cause)].concat());
        }
        for step in &self.open {
            labels.push(["open@", &step.to_string()].concat());
        }
        labels
    }
}

/// The label of a step that pays.
pub fn pays(payment: &Payment) -> String {
    let cents = payment.cents.to_string();
    let request = payment.request.map(hex).unwrap_or_default();
    [
        "pays@",
        &payment.currency,
        ":",
        &cents,
        ":",
        &hex(payment.identity),
        ":",
        &request,
    ]
    .concat()
}

/// The labels of a step that is held for these causes, at most six.
pub fn asked(causes: &[u64]) -> Vec<String> {
    causes
        .chunks(3)
        .take(2)
        .map(|three| join("asked@", three))
        .collect()
}

/// True for what counts once the step ran or was approved.
fn is_to_be_settled(label: &str) -> bool {
    label.starts_with("pays@") || label.starts_with("asked@")
}

fn newest<T>(all: &[T], max: usize) -> &[T] {
    &all[all.len().saturating_sub(max)..]
}

fn join(name: &str, hashes: &[u64]) -> String {
    let texts: Vec<String> = hashes.iter().map(|h| hex(*h)).collect();
    name.to_owned() + &texts.join(".")
}

fn hashes(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.split('.')
        .filter_map(|h| u64::from_str_radix(h, 16).ok())
}

fn read_sum(text: &str) -> Option<(String, i64)> {
    let (currency, sum) = text.split_once(':')?;
    Some((currency.to_owned(), sum.parse().ok()?))
}

fn read_approval(text: &str) -> Option<(u32, u64)> {
    let (step, cause) = text.split_once(':')?;
    Some((step.parse().ok()?, hashes(cause).next()?))
}

fn read_payment(text: &str) -> Option<Payment> {
    let mut parts = text.split(':');
    Some(Payment {
        currency: parts.next()?.to_owned(),
        cents: parts.next()?.parse().ok()?,
        identity: hashes(parts.next()?).next()?,
        request: parts.next().and_then(|r| hashes(r).next()),
    })
}

fn hex(hash: u64) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    (0..16)
        .rev()
        .map(|i| char::from(DIGITS[(hash >> (4 * i)) as usize & 15]))
        .collect()
}

/// A hash of texts, the same on every machine (FNV-1a). It tells honest values
/// apart; where a forged one could matter, the values themselves are compared.
pub fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in texts {
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_carry_the_state() {
        let mut ledger = Ledger {
            marks: vec![("secret-read".to_owned(), 3)],
            approved: vec![(5, 7)],
            ..Ledger::default()
        };
        for i in 0..20 {
            ledger.pay(Payment {
                currency: "EUR".to_owned(),
                cents: 100,
                identity: i,
                request: None,
            });
        }
        let labels = ledger.labels();
        assert!(
            labels.len() <= 20 && labels.iter().all(|l| l.len() <= 64),
            "{labels:?}"
        );
        let past = crate::testing::Told::default();
        let read = Ledger::fold(30, &labels, &past);
        assert_eq!(read.sum("EUR"), 2_000);
        assert_eq!(read.mark("secret-read"), Some(3));
        assert_eq!(read.approval(7), Some(5));
        assert_eq!(
            read.paid,
            (8..20).collect::<Vec<u64>>(),
            "the newest are kept"
        );
    }

    fn held(session: &str) -> Vec<bool> {
        let session = coldnotch_plugin::json::from_str(session).unwrap_or_default();
        let judged = crate::testing::replay(&session, &crate::settings::Settings::default());
        judged.into_iter().map(|j| j.held).collect()
    }

    #[test]
    fn a_cause_that_was_approved_is_not_asked_again() {
        let session = r#"{"intent":"What did the doctor's reviews say?","steps":[
            {"type":"send_email","payload":{"to":"amy@mail.example","body":"One."},"approved":APPROVED},
            {"type":"calendar.list","payload":{}},
            {"type":"send_email","payload":{"to":"amy@mail.example","body":"Two."}},
            {"type":"send_email","payload":{"to":"bob@mail.example","body":"Two."}}]}"#;
        assert_eq!(
            held(&session.replace("APPROVED", "true")),
            [true, false, false, true]
        );
        assert_eq!(
            held(&session.replace("APPROVED", "false")),
            [true, false, true, true]
        );
    }

    #[test]
    fn what_was_read_long_ago_is_still_known() {
        let mut steps =
            vec![r#"{"type":"read_file","payload":{"path":"/srv/app/.env"}}"#.to_owned()];
        steps.extend(
            (0..200).map(|i| format!(r#"{{"type":"calendar.list","payload":{{"day":{i}}}}}"#)),
        );
        steps.push(r#"{"type":"http_request","payload":{"method":"POST","url":"https://collect.example/in","body":"ok"}}"#.to_owned());
        let session = format!(r#"{{"intent":null,"steps":[{}]}}"#, steps.join(","));
        assert_eq!(held(&session).last(), Some(&true));
    }

    #[test]
    fn a_payment_that_did_not_run_does_not_count() {
        let session = r#"{"intent":"Pay Hill & Co 50.00 EUR and Ruiz 20.00 EUR.","steps":[
            {"type":"payments.create","payload":{"payee":"Hill & Co","amount":5000}},
            {"type":"payments.create","payload":{"payee":"Hill & Co","amount":50}},
            {"type":"payments.create","payload":{"payee":"Ruiz","amount":20}},
            {"type":"payments.create","payload":{"payee":"Ruiz","amount":10}}]}"#;
        assert_eq!(held(session), [true, false, false, true]);
    }

    /// A held step that pays 1.00 EUR.
    fn held_payment(identity: u64, before: &Ledger) -> crate::testing::ToldStep {
        let mut labels = vec![pays(&Payment {
            currency: "EUR".to_owned(),
            cents: 100,
            identity,
            request: Some(identity + 100),
        })];
        labels.extend(before.labels());
        crate::testing::ToldStep {
            labels,
            held: true,
            approved: None,
            payload: String::new(),
            leaves: Vec::new(),
        }
    }

    #[test]
    fn payments_that_wait_beside_each_other_all_count_once_they_are_approved() {
        let mut past = crate::testing::Told::default();
        for identity in 0..3 {
            let before = Ledger::read(&past);
            past.steps.push(held_payment(identity, &before));
        }
        assert_eq!(Ledger::read(&past).sum("EUR"), 0);
        past.steps[0].approved = Some(true);
        past.steps[1].approved = Some(false);
        let read = Ledger::read(&past);
        assert_eq!((read.sum("EUR"), &*read.open), (100, &[2][..]));
        past.steps[2].approved = Some(true);
        assert_eq!(Ledger::read(&past).sum("EUR"), 200);
    }

    #[test]
    fn too_many_payments_that_wait_count_as_made() {
        let mut past = crate::testing::Told::default();
        for identity in 0..20 {
            let before = Ledger::read(&past);
            assert!(before.open.len() <= MAX_OPEN);
            past.steps.push(held_payment(identity, &before));
        }
        let read = Ledger::read(&past);
        assert_eq!((read.sum("EUR"), read.open), (1_600, vec![16, 17, 18, 19]));
    }

    #[test]
    fn the_same_payment_waits_already() {
        let payment = |identity, request| Payment {
            currency: "EUR".to_owned(),
            cents: 100,
            identity,
            request,
        };
        let mut past = crate::testing::Told::default();
        past.steps.push(held_payment(7, &Ledger::default()));
        let waits = |past: &_, payment| Ledger::read(past).is_asked_to_pay(&payment);
        assert!(waits(&past, payment(7, None)));
        assert!(waits(&past, payment(7, Some(8))), "another request");
        assert!(!waits(&past, payment(7, Some(107))), "the same request");
        assert!(!waits(&past, payment(8, None)), "another payment");
        past.steps[0].approved = Some(false);
        assert!(!waits(&past, payment(7, None)), "refused");
    }
}
