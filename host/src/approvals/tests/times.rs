//! Questions end, and agents come back for them.

use super::*;

#[test]
fn a_question_expires_and_makes_room() {
    let approvals = approvals();
    let first = ask(&approvals, 0).unwrap();
    let second = ask(&approvals, 50).unwrap();
    assert!(matches!(
        ask(&approvals, 99),
        Err(ApprovalError::TooMany(2))
    ));
    assert!(approvals.due(99).unwrap().is_empty());
    assert_eq!(approvals.due(100).unwrap(), std::slice::from_ref(&first));
    let (approval, turn) = claimed(&approvals, &first, 100);
    assert_eq!(approval.state, State::Expired);
    approvals
        .settle(turn, &first, &conclusion(false), 100)
        .unwrap();
    assert!(approvals.due(101).unwrap().is_empty());
    ask(&approvals, 100).unwrap();
    let late = approvals.answer(&second, &says("ana", true), None, 150);
    assert!(matches!(late, Err(ApprovalError::Expired(_))));
    assert_eq!(approvals.state(&second).unwrap(), State::Expired);
    let count = |state| {
        let tally = approvals.tally().unwrap();
        tally.iter().find(|(found, _)| *found == state).unwrap().1
    };
    assert_eq!((count(State::Pending), count(State::Expired)), (1, 2));
}

#[test]
fn a_yes_that_nobody_fetches_runs_out() {
    let approvals = approvals();
    let id = ask(&approvals, 0).unwrap();
    approvals.answer(&id, &says("ana", true), None, 50).unwrap();
    assert_eq!(claimed(&approvals, &id, 150).0.state, State::Expired);
}

#[test]
fn a_clock_that_steps_back_gives_no_question_more_time() {
    let approvals = approvals();
    let id = ask(&approvals, 1000).unwrap();
    let late = approvals.answer(&id, &says("ana", true), None, 999);
    assert!(matches!(late, Err(ApprovalError::Expired(_))));
}

#[test]
fn an_agent_that_comes_back_finds_its_question_while_it_is_open() {
    let approvals = approvals();
    let (mut judged, digest) = (held(&["a"]), held(&["a"]).action.digest());
    let known = |judged: &Judged, digest| approvals.known(&judged.action, digest).unwrap();
    assert_eq!(known(&judged, digest), None);
    let id = ask(&approvals, 0).unwrap();
    assert_eq!(known(&judged, digest), Some(id.clone()));
    assert_eq!(known(&judged, Action::new("other").digest()), None);
    Arc::make_mut(&mut judged.action).id = "a-2".to_owned();
    assert_eq!(known(&judged, digest), None);
    let who = Cancelled {
        by: "eva".to_owned(),
        via: "test".to_owned(),
        at: 1,
    };
    approvals.cancel(&id, &who).unwrap();
    assert_eq!(known(&held(&["a"]), digest), None);
}
