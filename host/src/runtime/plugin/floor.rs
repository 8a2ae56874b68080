//! Bare sandbox costs, for the bench that compares a decision with its floor.

use wasmtime::component::Resource;

use super::super::call::lower_action;
use super::super::engine::Engine;
use super::{Plugin, lower_notes};
use crate::action::Action;
use crate::history::View;
use crate::notes::Notes;

/// A plugin without anything of ours around it.
pub struct Bare<'a>(&'a Engine, &'a Plugin);

impl<'a> Bare<'a> {
    /// The bare side of a plugin.
    pub fn new(engine: &'a Engine, plugin: &'a Plugin) -> Self {
        Bare(engine, plugin)
    }

    /// Instantiates and calls; nothing is checked or kept.
    pub fn call(&self, action: &Action, view: &View) -> bool {
        let Ok(linked) = self.1.here(self.0) else {
            return false;
        };
        let mut store = self.1.store(linked, view, &self.1.spec.limits);
        let notes = lower_notes(&Notes::default());
        let answer = linked.instantiate(&mut store).and_then(|instance| {
            let plugin = linked.scorer.load(&mut store, &instance)?;
            plugin.coldnotch_policy_scorer().call_score(
                &mut store,
                &lower_action(action),
                Resource::new_borrow(0),
                &notes,
            )
        });
        answer.is_ok()
    }
}
