//! A thousand questions that eight answer at once, over the file and the command: each
//! has one winner, everyone else is told, and each is used once by whoever gets there.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use coldnotch::action::Action;
use coldnotch::approvals::{Answer, ApprovalError, Approvals, ApprovalsConfig, Elsewhere, State};
use coldnotch::config::Config;
use coldnotch::gate::Gate;

use super::command::*;
use super::pending;
use crate::holding::HOLDING;

const QUESTIONS: usize = 1000;
/// Every so manieth is answered by a command, too.
const BY_COMMAND: usize = 25;

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

fn config(place: &Place) -> Config {
    let text = format!("{HOLDING}\n[audit]\ndurability = 'record'\n[session]\nstate = 'off'\n");
    let mut config = Config::from_text(&text, &place.path("coldnotch.toml")).unwrap();
    config.audit_path = place.log();
    config.approvals.store = Some(place.path("coldnotch_approvals.db"));
    config.approvals.patience = Duration::from_secs(60);
    config.approvals.most = QUESTIONS as u64;
    config
}

/// Answers every question; how many answers were the first.
fn answer_all(config: ApprovalsConfig, ids: &[String], person: usize) -> usize {
    let approvals = Approvals::new(config);
    let answer = Answer {
        approved: person.is_multiple_of(2),
        by: format!("person-{person}"),
        via: "test".to_owned(),
        reason: None,
    };
    let first = |id: &&String| match approvals.answer(id, &answer, None, now()) {
        Ok(_) => true,
        Err(ApprovalError::Answered { by: Some(_), .. }) => false,
        Err(e) => panic!("{e}"),
    };
    ids.iter().filter(first).count()
}

fn answer_by_command(place: &Place, ids: &[String]) -> usize {
    let first = |id: &&String| {
        let said = place.run(&format!("approvals refuse {id} --by command"), "");
        let told = errors(&said);
        assert!(said.status.success() || told.contains("already"), "{told}");
        said.status.success()
    };
    ids.iter().step_by(BY_COMMAND).filter(first).count()
}

#[test]
fn a_thousand_questions_have_one_winner_each_and_are_used_once() {
    let place = &Place::new(HOLDING);
    let config = config(place);
    let gate = Gate::open(&config, Box::new(Elsewhere)).unwrap();
    let ids: Vec<String> = (0..QUESTIONS)
        .map(|_| gate.decide(Action::new("pay")).approval.unwrap())
        .collect();
    assert_eq!(pending(place, QUESTIONS).len(), QUESTIONS);
    let first = AtomicUsize::new(0);
    thread::scope(|scope| {
        for person in 0..7 {
            let (config, ids, first) = (config.approvals.clone(), &ids, &first);
            scope.spawn(move || first.fetch_add(answer_all(config, ids, person), Ordering::SeqCst));
        }
        scope.spawn(|| first.fetch_add(answer_by_command(place, &ids), Ordering::SeqCst));
    });
    assert_eq!(first.into_inner(), QUESTIONS);

    // Four gates, as four processes would have them, conclude all of them at once.
    let gates: Vec<Gate> = (0..4)
        .map(|_| Gate::open(&config, Box::new(Elsewhere)).unwrap())
        .collect();
    thread::scope(|scope| {
        for gate in &gates {
            scope.spawn(|| {
                for id in &ids {
                    let decision = gate.finish(id).unwrap();
                    assert!(decision.approved.is_some(), "{decision:?}");
                }
            });
        }
    });
    let approvals = Approvals::new(config.approvals);
    let mut used = 0;
    for id in &ids {
        let approval = approvals.get(id).unwrap();
        let [given] = &approval.answers[..] else {
            panic!("{:?}", approval.answers)
        };
        let state = match given.answer.approved {
            true => State::Consumed,
            false => State::Refused,
        };
        assert_eq!(approval.state, state);
        used += usize::from(given.answer.approved);
    }
    let records = place.records();
    let decided: Vec<_> = records
        .iter()
        .filter(|line| line["kind"] == "decision")
        .collect();
    let concluded: BTreeSet<&str> = decided
        .iter()
        .map(|line| line["approval"]["id"].as_str().unwrap())
        .collect();
    assert_eq!((decided.len(), concluded.len()), (QUESTIONS, QUESTIONS));
    let ran = decided.iter().filter(|line| line["approved"] == true);
    assert_eq!(ran.count(), used);
}
