//! What is told.

use serde_json::{Value, json};

use super::Event;
use crate::approvals::{Approval, State};
use crate::quarantine::Ward;
use crate::verdict::Cause;

/// A message about an approval that went to this state, if an endpoint wants it: its
/// id, which stays the same at each try, and its body.
pub(super) fn of_change(
    wanted: &[Event],
    inbox: Option<&str>,
    approval: &Approval,
    state: State,
    now: u64,
) -> Option<(String, String)> {
    let event = match state {
        State::Pending => Event::Hold,
        State::Approved | State::Refused | State::Expired | State::Cancelled => Event::Decision,
        State::Consumed => return None, // a yes that was told before
    };
    if !wanted.contains(&event) {
        return None;
    }
    let data = match event {
        Event::Hold => hold(approval, inbox),
        _ => decision(approval, state),
    };
    let id = format!("msg_{}_{}", approval.id.trim_start_matches("apr-"), state);
    Some((id, body(event, data, now)))
}

/// A message about another generation.
pub(super) fn of_swap(generation: &str, previous: &str, now: u64) -> (String, String) {
    let id = format!("msg_{}_swap", uuid::Uuid::new_v4().simple());
    let data = json!({"generation": generation, "previous": previous});
    (id, body(Event::Swap, data, now))
}

/// A message about a plugin that is asked no more. Its id is the same whoever tells it.
pub(super) fn of_quarantine(ward: &Ward, now: u64) -> (String, String) {
    let id = format!(
        "msg_{}_{}_quarantine",
        ward.id.get(..16).unwrap_or(&ward.id),
        ward.since
    );
    let data = json!({"plugin": ward.plugin, "digest": ward.digest, "reason": ward.why,
        "since": time(ward.since)});
    (id, body(Event::Quarantine, data, now))
}

fn body(event: Event, data: Value, now: u64) -> String {
    json!({"type": event.as_str(), "timestamp": time(now), "data": data}).to_string()
}

/// The arguments are not in it: they may be large and are nobody's but the
/// approver's. The API and the inbox show them.
fn hold(approval: &Approval, inbox: Option<&str>) -> Value {
    let held = &approval.held;
    let mut data = about(approval);
    data["summary"] = json!(held.action.summary);
    data["risk"] = json!(held.judgement.risk);
    data["reason"] = json!(held.judgement.reason);
    data["reasons"] = held.judgement.causes.iter().map(cause).collect();
    data["generation"] = json!(&*held.generation);
    data["expires"] = json!(time(approval.expires));
    data["quorum"] = json!(approval.quorum);
    data["url"] = json!(inbox.map(|inbox| format!("{inbox}/inbox/approvals/{}", approval.id)));
    data
}

fn decision(approval: &Approval, state: State) -> Value {
    let mut data = about(approval);
    data["state"] = json!(state.as_str());
    data["approved"] = json!(state == State::Approved);
    let answers = approval.answers.iter().map(|given| {
        json!({"by": given.answer.by, "via": given.answer.via, "at": time(given.at),
            "approved": given.answer.approved, "reason": given.answer.reason})
    });
    data["answers"] = answers.collect();
    data
}

fn about(approval: &Approval) -> Value {
    let action = &approval.held.action;
    json!({"approval_id": approval.id, "action_digest": approval.digest.to_string(),
        "type": action.kind, "agent": action.agent, "session": action.session, "id": action.id})
}

fn cause(cause: &Cause) -> Value {
    let evidence = cause
        .reason
        .evidence
        .iter()
        .map(|piece| json!({"step": piece.step, "path": piece.path, "text": piece.text}));
    json!({"plugin": cause.plugin, "code": cause.reason.code, "message": cause.reason.message,
        "evidence": evidence.collect::<Value>()})
}

fn time(millis: u64) -> String {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| String::new(), |t| t.to_string())
}
