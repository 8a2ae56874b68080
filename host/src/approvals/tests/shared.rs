//! The file that several processes share.

use std::path::Path;
use std::thread;

use super::*;

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
    let told = agent.changes(0).unwrap().into_iter();
    let told: Vec<_> = told.map(|change| (change.state, change.answer)).collect();
    let no = Some(says("ana", false));
    assert_eq!(
        told,
        [
            (State::Pending, None),
            (State::Pending, no),
            (State::Refused, None)
        ]
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
    other.execute_batch("PRAGMA user_version = 99").unwrap();
    let newer = Approvals::new(config)
        .list(None, 1)
        .unwrap_err()
        .to_string();
    assert!(newer.contains("version 99"), "{newer}");
}

/// A file as an earlier program left it, with these questions.
fn older(path: &Path, version: u32, ids: &[&str]) -> rusqlite::Connection {
    let file = rusqlite::Connection::open(path).unwrap();
    for migration in &store::MIGRATIONS[..version as usize] {
        file.execute_batch(migration).unwrap();
    }
    file.pragma_update(None, "user_version", version).unwrap();
    let held = held(&["a"]);
    for id in ids {
        file.execute(
            "INSERT INTO approval (id, state, session, action, agent, asker, digest, held, since,
                expires, quorum, approvers, due)
             VALUES (?1, 'pending', 's', 'a', 'bot', '', ?2, ?3, 0, 100, 1, '[]', 100)",
            rusqlite::params![
                id,
                &held.action.digest().0[..],
                crate::approvals::held::write(&held)
            ],
        )
        .unwrap();
    }
    file
}

/// An older file is brought up to date, and keeps what is in it.
#[test]
fn migrations_are_applied_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("approvals.db");
    let old = older(&path, 1, &["old"]);
    old.execute(
        "INSERT INTO vote VALUES ('old', 'bo', 'cli', 1, NULL, 1)",
        [],
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
    assert_eq!(version as usize, store::MIGRATIONS.len());
    let yes = says("ana", true);
    approvals.answer("old", &yes, None, 1).unwrap();
    let told = approvals.changes(0).unwrap().into_iter();
    let told: Vec<_> = told.filter_map(|change| change.answer).collect();
    assert_eq!(told, [yes], "who had answered before is not known any more");
}

/// What a person made of an action before edits had its session and its digest.
#[test]
fn an_edit_of_an_older_file_is_found_by_its_action() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("approvals.db");
    let file = older(&path, 7, &["id", "instead"]);
    file.execute("INSERT INTO edit VALUES ('id', 'instead')", [])
        .unwrap();
    let other = Action {
        id: "another id".to_owned(),
        ..(*held(&["a"]).action).clone()
    };
    let known = Approvals::new(ApprovalsConfig {
        store: Some(path),
        ..config()
    })
    .known(&other, other.digest());
    assert_eq!(known.unwrap().as_deref(), Some("instead"));
}
