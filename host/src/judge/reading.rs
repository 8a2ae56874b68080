//! Plugins that keep notes read what actions returned.

use crate::history::Output;
use crate::notes::Folded;
use crate::runtime::{Generation, Plugin};
use crate::session::{SessionError, Turn};

/// A failed `observe` counts at one decision of those its plugin is asked about. That
/// decision stands; if its having counted cannot be written down, it counts once more.
pub(super) fn settle_failures(asked: &[&Plugin], turn: &mut Turn<'_>) {
    for plugin in asked.iter().filter(|plugin| plugin.observes()) {
        let mut folded = turn.notes(&plugin.id);
        if folded.failure.take().is_some() {
            let _ = turn.keep_notes(plugin.id, folded);
        }
    }
}

/// Shows a plugin every output it has not read yet; its notes, and how many
/// outputs there were.
pub(super) fn fold(
    generation: &Generation,
    plugin: &Plugin,
    turn: &mut Turn<'_>,
) -> Result<(Folded, u64), SessionError> {
    let mut folded = turn.notes(&plugin.id);
    let unread = turn.unread(&folded).to_vec();
    let outputs = unread.len() as u64;
    if unread.is_empty() {
        return Ok((folded, 0));
    }
    for index in unread {
        folded.read += 1;
        let history = turn.history();
        let Some(step) = history
            .step(index)
            .filter(|step| step.output != Output::Dropped)
        else {
            folded.notes.complete = false; // dropped before it was read
            continue;
        };
        let leaves = history.leaves(index);
        let view = turn.view_before(index + 1);
        match plugin.observe(generation.engine(), step, &leaves, &view, &folded.notes) {
            Ok(data) => folded.notes.data = data,
            Err(failure) => {
                folded.notes.complete = false;
                folded.failure = Some(failure.to_string());
            }
        }
    }
    turn.keep_notes(plugin.id, folded.clone())?;
    Ok((folded, outputs))
}
