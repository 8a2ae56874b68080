//! Slack without a token or a channel: the log says what would be posted, as 0.0.1 did.

use std::sync::Arc;

use tokio::sync::watch;

use super::SlackConfig;
use super::courier::TICK;
use crate::approvals::{Approval, ApprovalError, State};
use crate::gate::Gate;
use crate::judge::now;
use crate::outgoing::with;

/// Runs until the server ends. `news` changes when an approval does.
pub async fn dry_run(
    gate: Arc<Gate>,
    config: SlackConfig,
    mut news: watch::Receiver<u64>,
    mut ending: watch::Receiver<bool>,
) {
    let lacks = match config.token {
        None => "SLACK_BOT_TOKEN",
        Some(_) => "SLACK_CHANNEL",
    };
    while !*ending.borrow() {
        let shown = with(&gate, move |gate| show_due(gate, lacks)).await;
        if let Err(e) = shown {
            tracing::error!("Slack: {e}");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = news.changed() => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}

fn show_due(gate: &Gate, lacks: &str) -> Result<(), ApprovalError> {
    let approvals = gate.approvals();
    while approvals.feed_cards(now())? {}
    while let Some(card) = approvals.next_card(now())? {
        // A card that is nowhere keeps what was said of it, so that it is said once.
        let before = card.shown.clone().unwrap_or_default();
        let mut said: Vec<String> = before.split(' ').map(str::to_owned).collect();
        for (approval, _) in approvals.on_card(&card)? {
            let line = format!("{}={}", approval.id, word(approval.state));
            if said.contains(&line) {
                continue;
            }
            match approval.state {
                State::Pending => show(&approval, lacks),
                _ => ended(&approval),
            }
            said.push(line);
        }
        approvals.posted(&card, ("", ""), &said.join(" "), now())?;
    }
    Ok(())
}

fn word(state: State) -> &'static str {
    match state {
        State::Consumed => State::Approved.as_str(),
        state => state.as_str(),
    }
}

fn ended(approval: &Approval) {
    let given = approval.deciding().map(|given| &given.answer.by);
    let by = given.or(approval.cancelled.as_ref().map(|who| &who.by));
    let by = by.map_or_else(String::new, |by| format!(" by {by}"));
    tracing::info!(
        "[Slack, dry run] {} is {}{by}",
        approval.id,
        word(approval.state)
    );
}

fn show(approval: &Approval, lacks: &str) {
    let action = &approval.held.action;
    let judgement = &approval.held.judgement;
    let id = &approval.id;
    let safe = |text: &str| crate::printable::printable(text, 300);
    tracing::info!(
        "[HOLD -> Slack, dry run: no {lacks}]\n  action: {} by {}\n  {}\n  risk {:.2} · {}\n  \
         approval_id = {id}\n  answer: coldnotch approvals approve|refuse {id}, \
         or POST /decision {{\"approval_id\":\"{id}\",\"decision\":\"approve|deny\"}}",
        safe(&action.kind),
        safe(&action.agent),
        safe(&action.summary),
        judgement.risk,
        safe(&judgement.reason),
    );
}
