//! Rules about what came before in the session.

use super::*;

/// Judges the actions one after another; what each was, or what is said against it.
fn played(
    settings: &Settings,
    told: &mut Told,
    actions: &[(&str, &str)],
) -> Vec<Result<bool, String>> {
    let mut play = |(kind, payload): &(&str, &str)| {
        let judged = judge(&action(kind, payload), told, settings);
        let (found, labels, ran) = match judged {
            Ok(answer) => {
                let held = answer.verdict.is_some();
                (Ok(held), answer.labels, !held)
            }
            Err(ScoreError::Internal(why)) => (Err(why), Vec::new(), false),
            Err(other) => (Err(format!("{other:?}")), Vec::new(), false),
        };
        let before = Before {
            kind: (*kind).to_owned(),
            payload: (*payload).to_owned(),
            ran,
        };
        told.steps.push((before, labels));
        found
    };
    actions.iter().map(&mut play).collect()
}

#[test]
fn totals_counts_and_labels_are_carried_along() {
    let settings = settings(json!([
        {"name": "total", "types": ["refund"], "when": "session.totals.refund.amount + payload.amount > 100", "then": "hold", "because": "x"},
        {"name": "count", "types": ["send-email"], "when": "session.counts['sendEmail'] >= 2", "then": "hold", "because": "x"},
        {"name": "mark", "types": ["read_secret"], "when": "true", "then": {"risk": 0.1}, "because": "x", "labels": ["secret-read"]},
        {"name": "after", "types": ["post"], "when": "'secret-read' in session.labels", "then": "hold", "because": "x"},
    ]))
    .unwrap_or_else(|e| panic!("{e}"));
    let mut told = Told::default();
    let found = played(
        &settings,
        &mut told,
        &[
            ("post", "{}"),
            ("refund", r#"{"amount":60}"#),
            ("send_email", "{}"),
            ("refund", r#"{"amount":30.5}"#),
            ("refund", r#"{"amount":20}"#), // held, so it does not count
            ("SendEmail", "{}"),
            ("refund", r#"{"amount":9}"#),
            ("read_secret", "{}"),
            ("send_email", "{}"),
            ("post", "{}"),
        ],
    );
    let held: Vec<bool> = found
        .into_iter()
        .map(|f| f.unwrap_or_else(|e| panic!("{e}")))
        .collect();
    assert_eq!(
        held,
        [
            false, false, false, false, true, false, false, false, true, true
        ]
    );
    let labels = &told
        .steps
        .last()
        .map(|(_, l)| l.clone())
        .unwrap_or_default();
    assert!(
        labels.len() <= 32 && labels.iter().all(|l| l.len() <= 64),
        "{labels:?}"
    );

    // A step without its labels is gone through again.
    for (_, labels) in told.steps.iter_mut().skip(4) {
        labels.retain(|l| !l.starts_with("rules@"));
    }
    assert_eq!(
        played(&settings, &mut told, &[("refund", r#"{"amount":1}"#)]),
        [Ok(true)]
    );
}

#[test]
fn a_total_that_cannot_be_made_is_a_failure() {
    let settings = when("session.totals.refund.amount > 100").unwrap_or_else(|e| panic!("{e}"));
    let mut told = Told::default();
    let found = played(
        &settings,
        &mut told,
        &[
            ("refund", r#"{"amount":"60"}"#),
            ("note", "{}"),
            ("note", "{}"),
        ],
    );
    assert_eq!(found[0], Ok(false));
    let why = "rule 'r': Error executing function 'session.totals': an earlier action of the session had no number there";
    assert_eq!(found[1..], [Err(why.to_owned()), Err(why.to_owned())]);
}

#[test]
fn a_session_whose_beginning_is_gone_is_a_failure() {
    let settings = when("session.counts.note > 100").unwrap_or_else(|e| panic!("{e}"));
    let step = (
        Before {
            kind: "note".to_owned(),
            payload: "{}".to_owned(),
            ran: true,
        },
        Vec::new(),
    );
    let dropped = Told {
        first: 1,
        steps: vec![step.clone(); 3],
        ..Told::default()
    };
    let long = Told {
        steps: vec![step; 500],
        ..Told::default()
    };
    for (mut told, why) in [
        (dropped, "the beginning of the session is no longer kept"),
        (
            long,
            "more than 400 steps of the session are new to these rules",
        ),
    ] {
        assert_eq!(
            played(&settings, &mut told, &[("note", "{}")]),
            [Err(why.to_owned())]
        );
    }
}

#[test]
fn a_value_is_looked_up_where_it_occurred() {
    let mut told = Told::default();
    told.values.insert("DE1".to_owned(), vec![Place::Output]);
    told.values.insert("240".to_owned(), vec![Place::Intent]);
    for (condition, holds) in [
        ("payload.iban in session.values", true),
        (
            "payload.iban in session.outputs && !(payload.iban in session.asked)",
            true,
        ),
        ("payload.amount in session.asked", true),
        ("payload.to in session.values", false),
    ] {
        let settings = when(condition).unwrap_or_else(|e| panic!("{e}"));
        let action = action("pay", r#"{"iban":"DE1","amount":240,"to":"ann"}"#);
        let answer = judge(&action, &told, &settings).unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(answer.verdict.is_some(), holds, "{condition}");
    }
}
