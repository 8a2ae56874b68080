//! How a question reaches a human.

use std::fmt;

use super::Answer;
use crate::action::Action;
use crate::verdict::Judgement;

/// Carries a question to a human.
///
/// The approval is recorded before `ask` is called, so a channel may take its
/// time and may lose the question: what is never answered expires unapproved.
pub trait Channel: Send + Sync + fmt::Debug {
    /// Asks. `None`: asked, and the answer will come through the gate.
    fn ask(&self, card: &Card<'_>) -> Option<Answer>;
}

/// What a human is shown.
#[derive(Debug)]
pub struct Card<'a> {
    /// The approval's id.
    pub id: &'a str,
    /// The action.
    pub action: &'a Action,
    /// The verdict, its risk and its causes.
    pub judgement: &'a Judgement,
    /// Whether it was asked before, by a process that has ended since.
    pub again: bool,
    /// The question on whose card this one belongs, if another waits with the same
    /// cause: the same is asked in the same session, and each is answered by itself.
    pub beside: Option<&'a str>,
}

/// Several, in this order. The first that answers at once is the last that is asked.
impl Channel for Vec<Box<dyn Channel>> {
    fn ask(&self, card: &Card<'_>) -> Option<Answer> {
        self.iter().find_map(|channel| channel.ask(card))
    }
}

/// Answers every question the same way, for scripts (`--approve`, `--deny`).
#[derive(Debug, Clone, Copy)]
pub struct Fixed {
    /// The answer.
    pub approve: bool,
}

impl Channel for Fixed {
    fn ask(&self, _: &Card<'_>) -> Option<Answer> {
        let via = if self.approve { "--approve" } else { "--deny" };
        Some(Answer {
            approved: self.approve,
            by: "operator".to_owned(),
            via: via.to_owned(),
            reason: None,
        })
    }
}

/// Asks nobody: the answer comes from elsewhere, through the approvals file.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere;

impl Channel for Elsewhere {
    fn ask(&self, card: &Card<'_>) -> Option<Answer> {
        tracing::info!(
            "approval {} waits for an answer to '{}'",
            card.id,
            card.action.kind
        );
        None
    }
}
