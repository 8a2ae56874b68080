//! Which questions of a session ask about the same thing.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::verdict::{Cause, Judged};

/// Names what is asked: the session, the agent, the action's type, and each cause with
/// the values of the action that it points at (all of them, where it points at none).
/// Two actions with one name belong on one card; each keeps an answer of its own.
/// `None` for an action that stands alone.
pub(super) fn cause(held: &Judged) -> Option<String> {
    let action = &held.action;
    if action.session.is_empty() {
        return None;
    }
    let mut causes: Vec<Vec<&str>> = held.judgement.causes.iter().map(named).collect();
    causes.sort();
    if causes.is_empty() || causes.iter().any(|cause| cause.len() == 2) {
        causes.push(vec![action.payload.text()]);
    }
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    for cause in [vec![&*action.session, &*action.agent, &*action.kind]]
        .into_iter()
        .chain(causes)
    {
        part("");
        cause.into_iter().for_each(&mut part);
    }
    Some(HEXLOWER.encode(&hash.finalize()[..16]))
}

/// A cause, and the values of the action that it points at.
fn named(cause: &Cause) -> Vec<&str> {
    let own = cause
        .reason
        .evidence
        .iter()
        .filter(|seen| seen.step.is_none());
    let named = own.flat_map(|seen| [seen.path.as_str(), seen.text.as_str()]);
    let code = [cause.plugin.as_str(), cause.reason.code.as_str()];
    code.into_iter().chain(named).collect()
}
