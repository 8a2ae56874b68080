//! What SQLite does, counted: tests hold work to bounds with it, not time.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, StatementStatus};

/// Work that a connection did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Work {
    /// Statements that ran.
    pub(crate) statements: u64,
    /// Of them, those that ended a transaction with what it changed.
    pub(crate) commits: u64,
    /// Steps of SQLite's virtual machine.
    pub(crate) steps: i64,
    /// Rows that were passed over because no index led to the right one.
    pub(crate) scanned: i64,
    /// SQLite counts for each statement, from its first run on.
    seen: HashMap<String, (i64, i64)>,
}

/// Counts from now on.
pub(crate) fn count(db: &mut Connection) -> Arc<Mutex<Work>> {
    let work = Arc::<Mutex<Work>>::default();
    let counted = work.clone();
    let count = move |event: TraceEvent<'_>| {
        let TraceEvent::Profile(statement, _) = event else {
            return;
        };
        let sql = statement.sql().into_owned();
        let so_far = [StatementStatus::VmStep, StatementStatus::FullscanStep]
            .map(|what| i64::from(statement.get_status(what)));
        let mut work = counted.lock();
        work.statements += 1;
        work.commits += u64::from(sql.starts_with("COMMIT"));
        let (steps, scanned) = work
            .seen
            .insert(sql, (so_far[0], so_far[1]))
            .filter(|before| before.0 <= so_far[0]) // prepared anew, it begins anew
            .unwrap_or_default();
        work.steps += so_far[0] - steps;
        work.scanned += so_far[1] - scanned;
    };
    db.trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(count))
        .unwrap();
    work
}
