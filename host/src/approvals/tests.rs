//! Questions and answers, in memory and in a file that several share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::*;
use crate::verdict::{Cause, Evidence, Judgement, Reason, Verdict};

fn held(codes: &[&str]) -> Judged {
    let cause = |code: &&str| Cause {
        plugin: "p".to_owned(),
        verdict: Verdict::Hold,
        reason: Reason {
            code: (*code).to_owned(),
            message: String::new(),
            evidence: Vec::new(),
        },
    };
    let action = Action {
        agent: "bot".to_owned(),
        session: "s".to_owned(),
        id: "a-1".to_owned(),
        ..Action::new("pay")
    };
    Judged {
        action: Arc::new(action),
        step: None,
        generation: "g".into(),
        opinions: Vec::new(),
        judgement: Judgement {
            verdict: Verdict::Hold,
            risk: 0.6,
            reason: String::new(),
            causes: codes.iter().map(cause).collect(),
            labels: Vec::new(),
        },
        latency_us: 0,
    }
}

/// Each lives for 100 ms, and two may wait.
fn config() -> ApprovalsConfig {
    ApprovalsConfig {
        lifetime: Duration::from_millis(100),
        most: 2,
        ..ApprovalsConfig::default()
    }
}

fn approvals() -> Approvals {
    Approvals::new(config())
}

fn ask(approvals: &Approvals, now: u64) -> Result<String, ApprovalError> {
    let id = Approvals::fresh_id();
    approvals.hold(&id, &held(&["a"]), "key:agent", now)?;
    Ok(id)
}

fn says(by: &str, approved: bool) -> Answer {
    Answer {
        approved,
        by: by.to_owned(),
        via: "test".to_owned(),
        reason: None,
    }
}

fn claim<'a>(approvals: &'a Approvals, id: &str, now: u64) -> Claim<'a> {
    approvals.claim(id, now, Duration::ZERO).unwrap()
}

/// What there is to conclude, and the turn to do it.
fn claimed<'a>(approvals: &'a Approvals, id: &str, now: u64) -> (Box<Approval>, Turn<'a>) {
    match claim(approvals, id, now) {
        Claim::Ours(approval, turn) => (approval, turn),
        found => panic!("{found:?}"),
    }
}

fn conclusion(approved: bool) -> Conclusion {
    Conclusion {
        judged: held(&["a"]),
        approved: Some(approved),
        approval: None,
        seq: Some(7),
        at: 120,
    }
}

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
fn whoever_dies_while_concluding_leaves_it_to_the_next_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = ApprovalsConfig {
        store: Some(folder.path().join("approvals.db")),
        ..ApprovalsConfig::default()
    };
    let [dies, next] = [Approvals::new(config.clone()), Approvals::new(config)];
    let id = ask(&dies, 0).unwrap();
    dies.answer(&id, &says("ana", true), None, 50).unwrap();
    let lost = claimed(&dies, &id, 100).1;
    assert!(matches!(claim(&next, &id, 101), Claim::Taken));
    drop(lost); // as the system does for a process that is killed
    let (approval, turn) = claimed(&next, &id, 102);
    assert_eq!(approval.state, State::Approved);
    next.settle(turn, &id, &conclusion(true), 103).unwrap();
    assert!(matches!(claim(&dies, &id, 104), Claim::Done(..)));

    // Where locks do not hold, a yes is used once all the same.
    let other = ask(&dies, 200).unwrap();
    next.answer(&other, &says("ana", true), None, 201).unwrap();
    let turn = claimed(&next, &other, 202).1;
    let apart = Turns::new(None);
    let second = apart.take(Duration::ZERO).unwrap().unwrap();
    next.settle(turn, &other, &conclusion(true), 203).unwrap();
    assert!(next.settle(second, &other, &conclusion(true), 203).is_err());
}

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
    approvals.cancel(&id, &by("eva", 1)).unwrap();
    assert_eq!(known(&held(&["a"]), digest), None);
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
    assert_eq!(
        approvals.cancel(&id, &by("eva", 7)).unwrap(),
        State::Cancelled
    );
    assert_eq!(approvals.get(&id).unwrap().cancelled, Some(by("eva", 7)));
    let late = approvals.answer(&id, &says("ana", true), None, 8);
    assert_eq!(
        late.unwrap_err().to_string(),
        format!("approval '{id}' was already cancelled by eva")
    );
    approvals.cancel(&id, &by("bo", 9)).unwrap();
    assert_eq!(approvals.get(&id).unwrap().cancelled, Some(by("eva", 7)));
    let answered = ask(&approvals, 10).unwrap();
    approvals
        .answer(&answered, &says("ana", true), None, 11)
        .unwrap();
    assert_eq!(
        approvals.cancel(&answered, &by("eva", 12)).unwrap(),
        State::Approved
    );
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

#[test]
fn what_happened_is_told_in_order_across_processes() {
    let folder = tempfile::tempdir().unwrap();
    let config = ApprovalsConfig {
        store: Some(folder.path().join("approvals.db")),
        ..config()
    };
    let (agent, human) = (Approvals::new(config.clone()), Approvals::new(config));
    let id = ask(&agent, 0).unwrap();
    agent.changes(0).unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let mut count = agent.count();
            while agent.state(&id).unwrap() == State::Pending && Instant::now() < until {
                count = agent.wait(count, until);
            }
            agent.state(&id).unwrap()
        });
        human.answer(&id, &says("ana", false), None, 1).unwrap();
        assert_eq!(waiting.join().unwrap(), State::Refused);
    });
    assert!(Instant::now() < until);
    let states: Vec<State> = agent.changes(0).unwrap().iter().map(|c| c.state).collect();
    assert_eq!(
        (states[0], states[states.len() - 1]),
        (State::Pending, State::Refused)
    );
    assert_eq!(
        agent.last_change().unwrap(),
        human.changes(0).unwrap().last().unwrap().seq
    );
    std::fs::remove_file(folder.path().join("approvals.db")).unwrap();
    assert!(matches!(
        agent.get(&id),
        Err(ApprovalError::Replaced { .. })
    ));
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

#[test]
fn a_locked_file_and_a_foreign_one_are_errors_that_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("approvals.db");
    let config = ApprovalsConfig {
        store: Some(path.clone()),
        patience: Duration::from_millis(1),
        ..config()
    };
    let approvals = Approvals::new(config.clone());
    ask(&approvals, 0).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = ask(&approvals, 0).unwrap_err().to_string();
    assert!(busy.contains("database is locked"), "{busy}");
    other.execute_batch("ROLLBACK").unwrap();
    ask(&approvals, 0).unwrap();
    other.execute_batch("PRAGMA user_version = 9").unwrap();
    let newer = Approvals::new(config)
        .list(None, 1)
        .unwrap_err()
        .to_string();
    assert!(newer.contains("version 9"), "{newer}");
}

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

/// An older file is brought up to date, and keeps what is in it.
#[test]
fn migrations_are_applied_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("approvals.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("schema/001_questions.sql"))
        .unwrap();
    old.execute_batch("PRAGMA user_version = 1").unwrap();
    old.execute(
        "INSERT INTO approval (id, state, session, action, agent, asker, digest, held, since,
            expires, quorum, approvers, due)
         VALUES ('old', 'pending', 's', 'a', 'bot', '', zeroblob(32), ?1, 0, 100, 1, '[]', 100)",
        [super::held::write(&held(&["a"]))],
    )
    .unwrap();
    let approvals = Approvals::new(ApprovalsConfig {
        store: Some(path),
        ..config()
    });
    assert_eq!(approvals.get("old").unwrap().cause, None);
    let version: u32 = old
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert!(version >= 2);
    approvals
        .answer("old", &says("ana", true), None, 1)
        .unwrap();
}
