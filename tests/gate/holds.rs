//! A HOLD is a question to a human: one answer, in time, about what was shown.

use std::time::Duration;

use coldnotch::approvals::{Answer, ApprovalError};
use coldnotch::verdict::Verdict;
use serde_json::json;

use crate::support::*;
use crate::{blocking, pay, refund};

#[test]
fn an_answer_counts_once_and_for_its_own_action() {
    let home = Home::new(holding("pay", []));
    let gate = home.open();
    let [first, second] = [gate.decide(pay()), gate.decide(pay())];
    let id = |n: usize| home.human.cards()[n].approval.clone();
    assert_eq!((first.approved, second.approved), (None, None));
    assert_eq!(
        first.digest, second.digest,
        "equal actions are still two questions"
    );

    let decided = gate.resolve(&id(0), &answer(true)).unwrap();
    assert_eq!((decided.verdict, decided.may_run()), (Verdict::Hold, true));
    assert_eq!(decided.digest, first.digest);
    assert_eq!(decided.id, first.id);
    for late in [answer(true), answer(false)] {
        assert!(matches!(
            gate.resolve(&id(0), &late),
            Err(ApprovalError::Answered { .. })
        ));
    }
    assert!(!gate.resolve(&id(1), &answer(false)).unwrap().may_run());
    let told = &home.log()[2]["approval"];
    assert_eq!((&told["by"], &told["via"]), (&json!("ana"), &json!("test")));
    assert_eq!(home.kinds(), ["hold", "hold", "decision", "decision"]);
}

#[test]
fn an_unanswered_hold_expires_and_a_full_inbox_refuses() {
    let mut home = Home::new(holding("pay", []));
    home.config.approvals.lifetime = Duration::ZERO;
    let gate = home.open();
    let held = gate.decide(pay());
    let late = gate
        .resolve(&held.approval.unwrap(), &answer(true))
        .unwrap();
    assert_eq!(
        (late.may_run(), &*late.reason),
        (false, "the approval expired unanswered")
    );
    assert_eq!(home.kinds(), ["hold", "decision"]);

    let mut home = Home::new(holding("pay", []));
    home.config.approvals.most = 1;
    let gate = home.open();
    gate.decide(pay());
    let second = gate.decide(pay());
    assert_eq!(
        (second.verdict, second.approved),
        (Verdict::Hold, Some(false))
    );
    assert_eq!(second.reason, "1 approvals are already waiting for a human");
    assert_eq!(
        home.kinds(),
        ["hold", "decision"],
        "nobody was asked about the second"
    );
}

#[test]
fn an_approved_action_is_judged_again_by_the_policy_then_in_force() {
    let home = Home::new(holding("note", [keywords()]));
    let gate = home.open();
    let ask = || gate.decide(refund()).approval.unwrap();
    let (same, blocked) = (ask(), ask());

    let swapped = gate.swap(&holding("note", [])).unwrap();
    let decided = gate.resolve(&same, &answer(true)).unwrap();
    assert_eq!((decided.may_run(), decided.generation), (true, swapped.0));

    gate.swap(&blocking("note")).unwrap();
    let decided = gate.resolve(&blocked, &answer(true)).unwrap();
    assert_eq!(
        (decided.verdict, decided.approved),
        (Verdict::Block, Some(false))
    );
    assert_eq!(decided.reason, "type 'note' is blocked by policy");
}

#[test]
fn a_cause_nobody_was_shown_is_a_new_question() {
    let home = Home::new(holding("note", []));
    let gate = home.open();
    let held = gate.decide(refund());
    gate.swap(&holding("note", [keywords()])).unwrap();

    let again = gate
        .resolve(held.approval.as_ref().unwrap(), &answer(true))
        .unwrap();
    assert_eq!((again.verdict, again.approved), (Verdict::Hold, None));
    assert_ne!(again.approval, held.approval);
    let cards = home.human.cards();
    assert_eq!(cards[0].codes, ["held-type"]);
    assert_eq!(cards[1].codes, ["held-type", "risky-keywords"]);
    assert_eq!(cards[0].action, cards[1].action);

    let decided = gate
        .resolve(&again.approval.unwrap(), &answer(true))
        .unwrap();
    assert!(decided.may_run());
    assert_eq!(home.kinds(), ["hold", "swap", "hold", "decision"]);
    let after = &home.log()[2]["approval"]["after"];
    assert_eq!(
        (&after["id"], &after["by"]),
        (&json!(held.approval.unwrap()), &json!("ana")),
        "the yes that was not enough is on record"
    );
}

#[test]
fn how_asking_ended_is_on_record() {
    let mut home = Home::new(holding("pay", []));
    home.config.approvals.quorum = 2;
    let gate = home.open();
    let ask = || gate.decide(pay()).approval.unwrap();
    let [approved, refused, cancelled, expired] = std::array::from_fn(|_| ask());
    let by = |who: &str, yes: bool| Answer {
        by: who.to_owned(),
        ..answer(yes)
    };
    // Everyone has ana's yes, which alone decides nothing.
    for id in [&approved, &refused, &cancelled, &expired] {
        assert_eq!(gate.resolve(id, &by("ana", true)).unwrap().approved, None);
    }
    gate.resolve(&approved, &by("bo", true)).unwrap();
    gate.resolve(&refused, &by("cy", false)).unwrap();
    let told = gate.cancel(&cancelled, "eva", "test").unwrap();
    assert_eq!(told.reason, "the approval was cancelled by eva");
    gate.wait(&expired, Duration::ZERO).unwrap();
    let log = home.log();
    let ends: Vec<_> = log
        .iter()
        .filter(|line| line["kind"] == "decision")
        .map(|line| {
            let end = &line["approval"];
            let word = |key: &str| end[key].as_str().unwrap_or("-").to_owned();
            assert_eq!(end["at"].is_null(), end["by"].is_null());
            (word("state"), word("by"), line["approved"] == true)
        })
        .collect();
    let end = |state: &str, by: &str, ran| (state.to_owned(), by.to_owned(), ran);
    assert_eq!(
        ends,
        [
            end("approved", "bo", true),
            end("refused", "cy", false),
            end("cancelled", "eva", false),
            end("expired", "-", false),
        ]
    );
}
