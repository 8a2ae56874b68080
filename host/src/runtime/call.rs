//! One call of a guest: what it may see and what it may still use.

use std::time::Duration;

use wasmtime::component::Resource;
use wasmtime::{ResourceLimiter, Store};

use super::bindings::scorer::coldnotch::policy::{history as wit, types};
use super::engine::TICK;
use super::room::Room;
use crate::history::{Output, Place, Step, View};
use crate::policy::{Grant, Limits};
use crate::verdict::{Failure, Verdict};

/// The guest's handle of the session. It carries nothing: a call has one session.
#[derive(Debug)]
#[allow(unreachable_pub)] // the generated bindings re-export it
pub struct Session;

/// The call went over its budget of calls into the host.
#[derive(Debug, thiserror::Error)]
#[error("too many calls into the host")]
struct TooManyCalls;

/// The call wanted more memory or table than it may have. It ends there: what a
/// guest makes of "no" could be anything.
#[derive(Debug, thiserror::Error)]
#[error("over the limit of its memory or table")]
struct OverLimit;

/// The plugin was not granted the history. It cannot have linked to it, so
/// this is a second lock on the same door.
#[derive(Debug, thiserror::Error)]
#[error("the history was not granted")]
struct NotGranted;

/// What a guest sees and may use during one call.
#[derive(Debug)]
pub(super) struct Call {
    view: View,
    granted: bool,
    calls_left: u32,
    /// Bytes of memory and elements of tables that may still be taken, over all
    /// memories and tables of the component.
    memory: usize,
    table: usize,
    room: Room,
}

/// What a call took of its limits.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) fuel: u64,
    /// Bytes of all its memories.
    pub(super) memory: usize,
}

impl Call {
    /// A store for one call, with all limits set.
    pub(super) fn store(
        engine: &wasmtime::Engine,
        room: Room,
        view: View,
        limits: &Limits,
        grants: &[Grant],
    ) -> Store<Call> {
        let call = Call {
            view,
            granted: grants.contains(&Grant::History),
            calls_left: limits.host_calls,
            memory: limits.memory,
            table: limits.table,
            room,
        };
        let mut store = Store::new(engine, call);
        store.limiter(|call| call);
        // An engine with fuel and epochs accepts both; an error would leave the
        // store without fuel, which stops the guest at its first instruction.
        let _ = store.set_fuel(limits.fuel);
        let ticks = limits.time.as_millis() / TICK.as_millis().max(1);
        store.set_epoch_deadline(u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1));
        store.set_hostcall_fuel(limits.output);
        store
    }

    /// A store for preparing a plugin, without a session. Reading settings may take
    /// more than a decision, in code that may not be optimised.
    pub(super) fn preparing(engine: &wasmtime::Engine, room: Room, limits: &Limits) -> Store<Call> {
        let limits = Limits {
            fuel: limits.fuel.saturating_mul(4),
            time: limits.time.max(Duration::from_secs(10)),
            ..limits.clone()
        };
        Call::store(engine, room, View::default(), &limits, &[])
    }

    /// What an error of the runtime means.
    pub(super) fn failure(error: &wasmtime::Error) -> Failure {
        use wasmtime::{PoolConcurrencyLimitError, Trap};
        if let Some(never) = error.downcast_ref::<NotGranted>() {
            return Failure::Host(never.to_string());
        }
        if error.is::<TooManyCalls>() {
            return Failure::HostCalls;
        }
        if error.is::<OverLimit>() {
            return Failure::OutOfMemory;
        }
        if let Some(full) = error.downcast_ref::<PoolConcurrencyLimitError>() {
            return Failure::Overloaded(full.to_string());
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Failure::OutOfFuel,
            Some(Trap::Interrupt) => Failure::TimedOut,
            Some(trap) => Failure::Trapped(trap_name(*trap).to_owned()),
            // What is no trap comes from lifting the answer: too large, not
            // UTF-8, an enum out of range.
            None => Failure::BadOutput(error.root_cause().to_string()),
        }
    }

    /// What was used so far.
    pub(super) fn used(store: &Store<Call>, limits: &Limits) -> Used {
        Used {
            fuel: limits.fuel.saturating_sub(store.get_fuel().unwrap_or(0)),
            memory: limits.memory.saturating_sub(store.data().memory),
        }
    }

    fn pay(&mut self) -> wasmtime::Result<()> {
        if !self.granted {
            return Err(NotGranted.into());
        }
        self.calls_left = self.calls_left.checked_sub(1).ok_or(TooManyCalls)?;
        Ok(())
    }
}

/// A trap's name in kebab-case, by its type.
fn trap_name(trap: wasmtime::Trap) -> &'static str {
    use wasmtime::Trap;
    match trap {
        Trap::StackOverflow => "stack-overflow",
        Trap::MemoryOutOfBounds => "memory-out-of-bounds",
        Trap::TableOutOfBounds => "table-out-of-bounds",
        Trap::IndirectCallToNull => "indirect-call-to-null",
        Trap::BadSignature => "bad-signature",
        Trap::IntegerOverflow => "integer-overflow",
        Trap::IntegerDivisionByZero => "division-by-zero",
        Trap::BadConversionToInteger => "bad-conversion-to-integer",
        Trap::UnreachableCodeReached => "unreachable",
        Trap::CannotEnterComponent => "reentered",
        _ => "other",
    }
}

/// Takes what a memory or table grows by from what all of them may still take.
fn take(left: &mut usize, by: usize) -> wasmtime::Result<bool> {
    *left = left.checked_sub(by).ok_or(OverLimit)?;
    Ok(true)
}

impl ResourceLimiter for Call {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        take(&mut self.memory, desired.saturating_sub(current))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        take(&mut self.table, desired.saturating_sub(current))
    }

    // As many as the pool has for one component, with and without a pool.

    fn instances(&self) -> usize {
        self.room.parts() as usize
    }

    fn memories(&self) -> usize {
        Room::MEMORIES as usize
    }

    fn tables(&self) -> usize {
        self.room.parts() as usize
    }
}

impl types::Host for Call {}
impl wit::Host for Call {}

impl wit::HostSession for Call {
    fn intent(&mut self, _: Resource<Session>) -> wasmtime::Result<Option<String>> {
        self.pay()?;
        Ok(self.view.intent().map(str::to_owned))
    }

    fn len(&mut self, _: Resource<Session>) -> wasmtime::Result<u32> {
        self.pay()?;
        Ok(self.view.len())
    }

    fn first(&mut self, _: Resource<Session>) -> wasmtime::Result<u32> {
        self.pay()?;
        Ok(self.view.first())
    }

    fn step(&mut self, _: Resource<Session>, index: u32) -> wasmtime::Result<Option<wit::Step>> {
        self.pay()?;
        Ok(self.view.step(index).map(lower_step))
    }

    fn labels(&mut self, _: Resource<Session>, index: u32) -> wasmtime::Result<Vec<String>> {
        self.pay()?;
        Ok(self
            .view
            .step(index)
            .map(|step| step.labels.clone())
            .unwrap_or_default())
    }

    fn output(
        &mut self,
        _: Resource<Session>,
        index: u32,
        offset: u32,
        max: u32,
    ) -> wasmtime::Result<String> {
        self.pay()?;
        Ok(self
            .view
            .output(index, offset as usize, max as usize)
            .to_owned())
    }

    fn find_values(
        &mut self,
        _: Resource<Session>,
        texts: Vec<String>,
    ) -> wasmtime::Result<Vec<Vec<wit::Occurrence>>> {
        self.pay()?;
        let found = self.view.find_values(&texts);
        Ok(found
            .into_iter()
            .map(|places| places.into_iter().map(lower_occurrence).collect())
            .collect())
    }

    fn drop(&mut self, _: Resource<Session>) -> wasmtime::Result<()> {
        Ok(()) // the guest only ever borrows it
    }
}

/// The action as the guest sees it.
pub(super) fn lower_action(action: &crate::action::Action) -> types::Action {
    types::Action {
        id: action.id.clone(),
        session: action.session.clone(),
        agent: action.agent.clone(),
        kind: action.kind.clone(),
        summary: action.summary.clone(),
        payload: action.payload.text().to_owned(),
        intent: action.intent.clone(),
        context: action.context.text().to_owned(),
        at: action.at,
    }
}

/// A step as the guest sees it.
pub(super) fn lower_step(step: &Step) -> wit::Step {
    wit::Step {
        index: step.index,
        action: lower_action(&step.action),
        verdict: match step.verdict {
            Verdict::Allow => types::Verdict::Allow,
            Verdict::Hold => types::Verdict::Hold,
            Verdict::Block => types::Verdict::Block,
        },
        risk: step.risk,
        labels: step.labels.clone(),
        approved: step.approved,
        succeeded: step.succeeded,
        output: match step.output {
            Output::Absent => wit::OutputState::Absent,
            Output::Kept(_) => wit::OutputState::Kept,
            Output::Truncated(_) => wit::OutputState::Truncated,
            Output::Dropped => wit::OutputState::Dropped,
        },
    }
}

fn lower_occurrence(found: crate::history::Occurrence) -> wit::Occurrence {
    wit::Occurrence {
        place: match found.place {
            Place::Intent => wit::Place::Intent,
            Place::Payload => wit::Place::Payload,
            Place::Output => wit::Place::Output,
        },
        step: found.step,
        path: found.path.to_string(),
        whole_leaf: found.whole_leaf,
        leaf_words: found.leaf_words,
        count: found.count,
        decoded_by: found.decoded_by.map(str::to_owned),
    }
}
