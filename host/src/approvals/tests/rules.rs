//! Who must answer what.

use super::*;

/// Rules are about types, codes and amounts, and the strictest counts.
#[test]
fn the_strictest_rule_that_is_about_an_action_counts() {
    let rule =
        |types: &[&str], reasons: &[&str], over: Option<&str>, approvers: &[&str], quorum| Rule {
            types: types.iter().map(|name| (*name).to_owned()).collect(),
            reasons: reasons.iter().map(|code| (*code).to_owned()).collect(),
            amount_over: over.map(|amount| Amount::parse(amount).unwrap()),
            terms: Terms {
                approvers: approvers.iter().map(|who| (*who).to_owned()).collect(),
                quorum,
                lifetime: Duration::from_millis(50),
            },
        };
    let config = ApprovalsConfig {
        rules: vec![
            rule(&["pay"], &[], None, &[], 1),
            rule(&["pay"], &[], Some("1000"), &["ana", "bo", "cy"], 2),
            rule(&[], &["p/secret"], None, &["sam"], 1),
            rule(&[], &[], Some("5000"), &["ana", "bo"], 2),
        ],
        ..config()
    };
    let terms = |kind: &str, payload: &str, codes: &[&str]| {
        let mut judged = held(codes);
        let action = Arc::make_mut(&mut judged.action);
        action.kind = kind.to_owned();
        action.payload = crate::json::Object::parse(payload.as_bytes()).unwrap();
        let Terms {
            approvers, quorum, ..
        } = config.terms(&judged);
        (approvers.len(), quorum)
    };
    for (kind, payload, codes, strictest) in [
        ("note", "{}", &["a"][..], (0, 1)),
        ("pay", r#"{"amount":1000}"#, &["a"], (0, 1)),
        ("pay", r#"{"amount":1000.01}"#, &["a"], (3, 2)),
        ("pay", r#"{"amount":"a lot"}"#, &["a"], (2, 2)),
        // Not to say how much is no way around it; but not everything is about money.
        ("pay", "{}", &["a"], (3, 2)),
        ("note", r#"{"amount":9999}"#, &["a"], (2, 2)),
        ("note", "{}", &["secret"], (1, 1)),
        ("pay", r#"{"amount":1}"#, &["secret"], (1, 1)),
        ("pay", r#"{"amount":2000}"#, &["secret"], (3, 2)),
    ] {
        assert_eq!(terms(kind, payload, codes), strictest, "{kind} {payload}");
    }
    let approvals = Approvals::new(config);
    let id = ask(&approvals, 0).unwrap();
    let approval = approvals.get(&id).unwrap();
    assert_eq!((approval.quorum, approval.expires), (2, 50));
}
