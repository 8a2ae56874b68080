//! The index of a session's values: any payloads and outputs, then any queries.
//!
//! The bytes are a script. Its parts are separated by 0x1e, and each begins with
//! what it is: `i` an intent, `p` a step's payload, `o` the newest step's output,
//! `q` a query. The first byte of all chooses the session's limits.

use std::sync::Arc;

use coldnotch::action::Action;
use coldnotch::history::{History, Leaf, Limits, Occurrence, Place, TEXTS, View};
use coldnotch::json::Object;
use coldnotch::verdict::Verdict;

/// Of an answer; at this many there may have been more.
const ANSWER: usize = 16;

pub fn run(data: &[u8]) {
    let Some((size, script)) = data.split_first() else {
        return;
    };
    let limits = match size % 4 {
        0 => Limits {
            steps: 2,
            bytes: 512,
            output: 64,
        },
        1 => Limits {
            steps: 1000,
            bytes: 4096,
            output: 1024,
        },
        _ => Limits::default(),
    };
    let mut session = Session {
        history: History::new(limits),
        leaves: Vec::new(),
        queries: Vec::new(),
    };
    for part in script.split(|byte| *byte == 0x1e) {
        if let Some((what, text)) = part.split_first() {
            session.take(*what, &String::from_utf8_lossy(text));
        }
    }
    session.check();
}

struct Session {
    history: History,
    /// The leaves of every output, with its step.
    leaves: Vec<(u32, Leaf)>,
    queries: Vec<String>,
}

impl Session {
    fn take(&mut self, what: u8, text: &str) {
        match what {
            b'i' => self.history.set_intent(text),
            b'p' => self.push(text),
            b'o' => self.observe(text),
            b'q' => self.queries.push(text.to_owned()),
            _ => {}
        }
    }

    fn push(&mut self, payload: &str) {
        let Ok(payload) = Object::parse(payload.as_bytes()) else {
            return;
        };
        let action = Action {
            payload,
            ..Action::new("note")
        };
        self.history
            .push(Arc::new(action), Verdict::Allow, 0.0, Vec::new());
    }

    fn observe(&mut self, output: &str) {
        let Some(newest) = self.history.len().checked_sub(1) else {
            return;
        };
        let Ok(leaves) = self.history.observe(newest, output, None) else {
            return;
        };
        if self
            .history
            .step(newest)
            .is_some_and(|step| !step.output.text().is_empty())
        {
            assert_eq!(self.history.leaves(newest), leaves, "read again, the same");
        }
        self.leaves
            .extend(leaves.into_iter().map(|leaf| (newest, leaf)));
    }

    fn check(mut self) {
        self.check_bounds();
        let texts = self.leaves.iter().map(|(_, leaf)| leaf.text.clone());
        self.queries.extend(texts.take(64));
        let history = Arc::new(self.history);
        for before in [0, history.len() / 2, history.len()] {
            let view = View::new(history.clone(), before);
            for queries in self.queries.chunks(TEXTS) {
                let answers = view.find_values(queries);
                assert_eq!(answers.len(), queries.len());
                answers.iter().for_each(|found| is_answer(found, &view));
            }
        }
        if self.leaves.len() <= 48 {
            let kept = |(step, _): &&(u32, Leaf)| {
                history
                    .step(*step)
                    .is_some_and(|step| !step.output.text().is_empty())
            };
            for (step, leaf) in self.leaves.iter().filter(kept) {
                is_found(&history, *step, leaf);
            }
        }
    }

    fn check_bounds(&self) {
        assert!(self.history.first() <= self.history.len());
        for step in 0..self.history.len() {
            let is_kept = self.history.step(step).is_some();
            assert_eq!(is_kept, step >= self.history.first());
        }
    }
}

/// At most 16, in order, and each in a step that may be seen.
fn is_answer(found: &[Occurrence], view: &View) {
    assert!(found.len() <= ANSWER);
    assert!(found.is_sorted_by_key(|at| (at.step, at.place)));
    for at in found {
        assert!(at.count >= 1);
        assert_eq!(at.step.is_none(), at.place == Place::Intent);
        if let Some(step) = at.step {
            assert!(view.step(step).is_some(), "{at:?} is not in view");
        }
    }
}

/// A leaf's own text is found where the leaf is, as the whole of it.
fn is_found(history: &History, step: u32, leaf: &Leaf) {
    if leaf.text.len() > 4096 || !is_value(&leaf.text) {
        return;
    }
    let found = history.find(&leaf.text, u32::MAX);
    let path = match leaf.path.as_str() {
        "" => String::new(),
        path if path.starts_with('[') => format!("output{path}"),
        path => format!("output.{path}"),
    };
    let here = |at: &Occurrence| {
        (at.step, at.place, at.whole_leaf) == (Some(step), Place::Output, true) && *at.path == *path
    };
    assert!(
        found.len() == ANSWER || found.iter().any(here),
        "{leaf:?} of step {step}: {found:?}"
    );
}

/// Something is left of it when what does not count is taken away.
fn is_value(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["https://", "http://", "ftp://", "www."]
        .iter()
        .fold(text, |text, prefix| text.replace(prefix, ""))
        .contains(|c: char| c.is_ascii_alphanumeric())
}
