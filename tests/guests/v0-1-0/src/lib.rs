//! A plugin of 0.1.0: built against the contract as it was released then, without the
//! SDK, and using all of it. It must load and answer the same for as long as 0.1.0 is
//! spoken, so this file is never changed; `tests/runtime/released.rs` holds it to that.

use std::cell::RefCell;

wit_bindgen::generate!({
    path: "../../../wit/released/0.1.0",
    inline: r#"
        package guest:released;
        world everything {
            include coldnotch:policy/observing-plugin@0.1.0;
            include coldnotch:policy/selecting@0.1.0;
        }
    "#,
    world: "guest:released/everything",
    generate_all,
});

use coldnotch::policy::history::{Occurrence, OutputState, Place, Session, Step};
use coldnotch::policy::types::{
    Action, Assessment, Evidence, Leaf, Notes, Reason, ScoreError, Verdict,
};
use exports::coldnotch::policy::{observer, scorer, selector};

thread_local! {
    static SETTINGS: RefCell<String> = const { RefCell::new(String::new()) };
}

struct Released;

impl scorer::Guest for Released {
    fn validate_settings(settings: String) -> Result<(), Vec<String>> {
        if settings.contains("refuse") {
            return Err(vec!["settings are refused".to_owned(), settings]);
        }
        SETTINGS.set(settings);
        Ok(())
    }

    fn score(action: Action, history: &Session, notes: Notes) -> Result<Assessment, ScoreError> {
        let verdict = match &*action.summary {
            "allow" => Some(Verdict::Allow),
            "hold" => Some(Verdict::Hold),
            "block" => Some(Verdict::Block),
            "unsupported" => return Err(ScoreError::UnsupportedAction),
            "missing" => return Err(ScoreError::MissingContext("the moon".to_owned())),
            "internal" => return Err(ScoreError::Internal("it broke".to_owned())),
            _ => None,
        };
        let evidence = |step, path: &str, text: &str| Evidence {
            step,
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let reason = |code: &str, message: String, evidence| Reason {
            code: code.to_owned(),
            message,
            evidence,
        };
        let shown = vec![
            evidence(None, "payload", &action.payload),
            evidence(Some(0), "output", &history.output(0, 1, 5)),
        ];
        Ok(Assessment {
            risk: 0.25,
            verdict,
            reasons: vec![
                reason("action", told(&action), shown),
                reason("session", session(history), Vec::new()),
                reason("values", values(history), Vec::new()),
                reason(
                    "notes",
                    format!(
                        "{} {}",
                        String::from_utf8_lossy(&notes.data),
                        notes.complete
                    ),
                    Vec::new(),
                ),
            ],
            labels: vec!["released".to_owned()],
        })
    }
}

fn told(action: &Action) -> String {
    let settings = SETTINGS.with_borrow(Clone::clone);
    format!(
        "{} {} {} {} {:?} {} {} {settings}",
        action.id,
        action.session,
        action.agent,
        action.kind,
        action.intent,
        action.context,
        action.at > 0
    )
}

fn session(history: &Session) -> String {
    let steps: Vec<String> = (history.first()..history.len())
        .filter_map(|index| history.step(index))
        .map(|step| {
            let labels = history.labels(step.index);
            format!("{} {labels:?}", seen(&step))
        })
        .collect();
    format!("{:?} {}", history.intent(), steps.join("; "))
}

fn seen(step: &Step) -> String {
    let verdict = match step.verdict {
        Verdict::Allow => "allow",
        Verdict::Hold => "hold",
        Verdict::Block => "block",
    };
    let output = match step.output {
        OutputState::Absent => "absent",
        OutputState::Kept => "kept",
        OutputState::Truncated => "truncated",
        OutputState::Dropped => "dropped",
    };
    format!(
        "{} {} {verdict} {} {:?} {:?} {:?} {output}",
        step.index, step.action.kind, step.risk, step.labels, step.approved, step.succeeded
    )
}

fn values(history: &Session) -> String {
    let texts = ["A-17".to_owned(), "nowhere".to_owned()];
    let found = history.find_values(&texts);
    let lists: Vec<String> = found
        .iter()
        .map(|places| places.iter().map(place).collect::<Vec<_>>().join(", "))
        .collect();
    lists.join("; ")
}

fn place(found: &Occurrence) -> String {
    let place = match found.place {
        Place::Intent => "intent",
        Place::Payload => "payload",
        Place::Output => "output",
    };
    format!(
        "{place} {:?} {} {} {} {} {:?}",
        found.step, found.path, found.whole_leaf, found.leaf_words, found.count, found.decoded_by
    )
}

impl observer::Guest for Released {
    fn observe(
        step: Step,
        leaves: Vec<Leaf>,
        history: &Session,
        notes: Notes,
    ) -> Result<Vec<u8>, ScoreError> {
        if leaves.iter().any(|leaf| leaf.text == "unreadable") {
            return Err(ScoreError::Internal("it cannot be read".to_owned()));
        }
        let mut data = notes.data;
        for leaf in &leaves {
            let note = format!(
                "[{} {} {} {}]",
                step.index,
                history.len(),
                leaf.path,
                leaf.text
            );
            data.extend_from_slice(note.as_bytes());
        }
        Ok(data)
    }
}

impl selector::Guest for Released {
    fn kinds() -> Vec<String> {
        vec!["refund".to_owned(), "look*".to_owned()]
    }
}

export!(Released);
