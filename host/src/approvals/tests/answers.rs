//! Who answers and who withdraws a question, once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;

#[test]
fn a_yes_is_given_once_and_used_once() {
    let approvals = approvals();
    let id = ask(&approvals, 0).unwrap();
    assert!(matches!(claim(&approvals, &id, 10), Claim::Waits));
    assert_eq!(
        approvals.answer(&id, &says("ana", true), None, 50).unwrap(),
        State::Approved
    );
    let late = approvals
        .answer(&id, &says("bo", false), None, 51)
        .unwrap_err();
    assert_eq!(
        late.to_string(),
        format!("approval '{id}' was already approved by ana")
    );

    let (approval, turn) = claimed(&approvals, &id, 120); // the yes has a lifetime of its own
    assert_eq!(approval.state, State::Approved);
    assert!(matches!(claim(&approvals, &id, 121), Claim::Taken));
    approvals.settle(turn, &id, &conclusion(true), 122).unwrap();
    let Claim::Done(approval, done) = claim(&approvals, &id, 124) else {
        panic!("concluded")
    };
    assert_eq!(
        (approval.state, done.approved, done.seq),
        (State::Consumed, Some(true), Some(7))
    );
    assert_eq!(
        approvals
            .answer(&id, &says("bo", true), None, 125)
            .unwrap_err()
            .to_string(),
        late.to_string()
    );
}

#[test]
fn nobody_answers_what_is_not_theirs() {
    let approvals = Approvals::new(ApprovalsConfig {
        approvers: ["ana", "bo", "cy"].map(str::to_owned).to_vec(),
        quorum: 2,
        ..config()
    });
    let id = ask(&approvals, 0).unwrap();
    let said = |by, yes| approvals.answer(&id, &says(by, yes), None, 1);
    for by in ["bot", "key:agent"] {
        assert!(matches!(said(by, true), Err(ApprovalError::OwnAction(_))));
    }
    assert!(matches!(
        said("dan", false),
        Err(ApprovalError::NotApprover(_))
    ));
    let other = Action::new("other").digest();
    let mistaken = approvals.answer(&id, &says("ana", true), Some(other), 1);
    assert!(matches!(mistaken, Err(ApprovalError::OtherAction(_))));
    assert_eq!(said("ana", true).unwrap(), State::Pending);
    assert!(matches!(
        said("ana", true),
        Err(ApprovalError::Twice { .. })
    ));
    assert_eq!(said("bo", true).unwrap(), State::Approved);
    assert!(matches!(
        said("cy", true),
        Err(ApprovalError::Answered { .. })
    ));

    let id = ask(&approvals, 2).unwrap();
    approvals.answer(&id, &says("ana", true), None, 3).unwrap();
    let changed_mind = approvals.answer(&id, &says("ana", false), None, 4).unwrap();
    assert_eq!(changed_mind, State::Refused, "one no is enough");
}

#[test]
fn one_person_with_several_names_is_one_person() {
    let mut people = People::default();
    for names in [["ana", "slack:T0:U1"], ["root", "key:agent"]] {
        people.add(names.map(str::to_owned).into()).unwrap();
    }
    let approvals = Approvals::new(ApprovalsConfig {
        approvers: ["ana", "bo", "root"].map(str::to_owned).to_vec(),
        quorum: 2,
        people,
        ..config()
    });
    let id = ask(&approvals, 0).unwrap();
    let said = |by, yes| approvals.answer(&id, &says(by, yes), None, 1);
    assert!(matches!(
        said("root", true),
        Err(ApprovalError::OwnAction(_))
    ));
    assert_eq!(said("slack:T0:U1", true).unwrap(), State::Pending);
    assert!(matches!(
        said("ana", true),
        Err(ApprovalError::Twice { .. })
    ));
    assert_eq!(said("bo", true).unwrap(), State::Approved);
    let kept = approvals.get(&id).unwrap();
    let named = |given: &Given| given.answer.by == "slack:T0:U1";
    assert!(kept.answers.iter().any(named), "the name they gave is kept");

    let id = ask(&approvals, 2).unwrap();
    approvals.answer(&id, &says("ana", true), None, 3).unwrap();
    let changed_mind = approvals.answer(&id, &says("slack:T0:U1", false), None, 4);
    assert_eq!(changed_mind.unwrap(), State::Refused);
}

fn by(who: &str, at: u64) -> Cancelled {
    Cancelled {
        by: who.to_owned(),
        via: "test".to_owned(),
        at,
    }
}

#[test]
fn whoever_cancels_is_kept_and_told_to_those_who_come_later() {
    let approvals = approvals();
    let id = ask(&approvals, 0).unwrap();
    approvals.cancel(&id, &by("eva", 7)).unwrap();
    assert_eq!(approvals.state(&id).unwrap(), State::Cancelled);
    assert_eq!(approvals.get(&id).unwrap().cancelled, Some(by("eva", 7)));
    let late = approvals.answer(&id, &says("ana", true), None, 8);
    assert_eq!(
        late.unwrap_err().to_string(),
        format!("approval '{id}' was already cancelled by eva")
    );
    let told = format!("approval '{id}' was already cancelled by eva");
    let other = approvals.cancel(&id, &by("bo", 9)).unwrap_err();
    assert_eq!(other.to_string(), told);
    approvals.cancel(&id, &by("eva", 10)).unwrap(); // she lost the answer to the first
    assert_eq!(approvals.get(&id).unwrap().cancelled, Some(by("eva", 7)));
    let answered = ask(&approvals, 10).unwrap();
    approvals
        .answer(&answered, &says("ana", true), None, 11)
        .unwrap();
    let late = approvals.cancel(&answered, &by("eva", 12)).unwrap_err();
    assert!(late.to_string().contains("was already approved by ana"));
    assert_eq!(approvals.get(&answered).unwrap().cancelled, None);
}

/// One answer may name several questions about one action; it is one yes for each.
#[test]
fn equal_questions_take_one_answer_together_or_not_at_all() {
    let approvals = Approvals::new(ApprovalsConfig {
        most: 9,
        ..config()
    });
    let digest = held(&["a"]).action.digest();
    let [one, two, late] = [0, 0, 0].map(|now| ask(&approvals, now).unwrap());
    let other = Approvals::fresh_id();
    approvals.hold(&other, &held(&["a", "b"]), "", 0).unwrap();
    let said = |ids: &[&String], digest, yes| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        approvals.answer_each(&ids, digest, &says("ana", yes), 1)
    };
    approvals
        .answer(&late, &says("bo", false), None, 1)
        .unwrap();
    let wire = Action::new("wire").digest();
    for (ids, digest) in [
        ([&one, &late], digest),
        ([&one, &other], digest), // another cause: it was on another card
        ([&one, &one], digest),
        ([&one, &two], wire),
    ] {
        assert!(said(&ids, digest, true).is_err());
        assert_eq!(approvals.state(&one).unwrap(), State::Pending);
    }
    assert_eq!(
        said(&[&one, &two], digest, true).unwrap(),
        [State::Approved; 2]
    );
    for id in [&one, &two] {
        let turn = claimed(&approvals, id, 2).1;
        approvals.settle(turn, id, &conclusion(true), 2).unwrap();
        assert!(matches!(claim(&approvals, id, 3), Claim::Done(..)));
    }
    assert_eq!(approvals.state(&other).unwrap(), State::Pending);
}

/// Eight answer each question at once, on connections of their own.
#[test]
fn of_all_who_answer_at_once_one_is_first() {
    const QUESTIONS: usize = 100;
    let folder = tempfile::tempdir().unwrap();
    let config = ApprovalsConfig {
        store: Some(folder.path().join("approvals.db")),
        most: QUESTIONS as u64,
        patience: Duration::from_secs(60),
        lifetime: Duration::from_secs(3600),
        ..config()
    };
    let agent = Approvals::new(config.clone());
    let asked: Vec<String> = (0..QUESTIONS).map(|_| ask(&agent, 0).unwrap()).collect();
    let (first, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for person in 0..8 {
            let (config, asked, first, told) = (config.clone(), &asked, &first, &told);
            scope.spawn(move || {
                let approvals = Approvals::new(config);
                for id in asked {
                    let answer = says(&format!("person-{person}"), person % 2 == 0);
                    match approvals.answer(id, &answer, None, 1) {
                        Ok(_) => first.fetch_add(1, Ordering::SeqCst),
                        Err(ApprovalError::Answered { by: Some(_), .. }) => {
                            told.fetch_add(1, Ordering::SeqCst)
                        }
                        Err(e) => panic!("{e}"),
                    };
                }
            });
        }
    });
    assert_eq!(first.into_inner(), QUESTIONS);
    assert_eq!(told.into_inner(), 7 * QUESTIONS);
    for id in &asked {
        let approval = agent.get(id).unwrap();
        let [given] = &approval.answers[..] else {
            panic!("{:?}", approval.answers)
        };
        let state = if given.answer.approved {
            State::Approved
        } else {
            State::Refused
        };
        assert_eq!(approval.state, state);
    }
}
