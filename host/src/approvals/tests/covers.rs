//! What a yes is about.

use super::*;
use crate::verdict::Evidence;

#[test]
fn an_approval_covers_only_what_was_shown() {
    let approvals = approvals();
    let approval = approvals.hold("x", &held(&["a", "b"]), "", 0).unwrap();
    assert!(approval.covers(&held(&["b"])));
    assert!(!approval.covers(&held(&["b", "c"])));
    let other = Judged {
        action: Arc::new(Action::new("wire")),
        ..held(&["a"])
    };
    assert!(!approval.covers(&other));
}

/// The same reason for another argument is another question.
#[test]
fn an_approval_covers_only_what_a_cause_pointed_at() {
    let pointing = |places: &[(Option<u32>, &str, &str)]| {
        let mut judged = held(&["new-payee"]);
        let seen = places.iter().map(|&(step, path, text)| Evidence {
            step,
            path: path.to_owned(),
            text: text.to_owned(),
        });
        judged.judgement.causes[0].reason.evidence = seen.collect();
        judged
    };
    let shown = pointing(&[
        (None, "payload.to", "ana"),
        (None, "payload.amount", "10"),
        (Some(2), "output.iban", "DE1…"),
    ]);
    let approval = approvals().hold("x", &shown, "", 0).unwrap();
    assert!(approval.covers(&shown));
    assert!(approval.covers(&pointing(&[(None, "payload.to", "ana")])));
    assert!(approval.covers(&pointing(&[(Some(2), "output.iban", "quoted otherwise")])));
    for (other, why) in [
        ((None, "payload.cc", "bo"), "another recipient"),
        ((None, "payload.amount", "1000"), "another amount"),
        ((Some(3), "output.iban", "DE1…"), "from another step"),
        ((Some(2), "output.note", "DE1…"), "from another place"),
    ] {
        assert!(!approval.covers(&pointing(&[other])), "{why}");
    }
}
