//! Counters that are always on: what was decided, how long it took, where it waited.
//!
//! Each part of the host owns its own and adds to them on the way; reading them
//! stops nobody. An addition is one or two atomic operations (a few nanoseconds
//! while no other core adds to the same counter).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::verdict::{Failure, Verdict};

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn one(&self) {
        self.add(1);
    }

    /// This many more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Buckets of a histogram: four for each doubling of the time, from 256 ns (all
/// below is in the first) to 68 s (all above is in the last).
const BUCKETS: usize = 4 * 28;
/// The smallest power of two that has buckets of its own: 2⁸ ns.
const FIRST: u32 = 8;

/// Times, counted in buckets that are at most a quarter wide.
#[derive(Debug)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    nanos: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram {
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
            nanos: AtomicU64::new(0),
        }
    }
}

impl Histogram {
    /// Counts one time.
    pub fn record(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        if let Some(bucket) = self.buckets.get(bucket(nanos)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn read(&self) -> Times {
        let counts = self.buckets.iter().map(|b| b.load(Ordering::Relaxed));
        Times {
            counts: counts.collect(),
            sum: Duration::from_nanos(self.nanos.load(Ordering::Relaxed)),
        }
    }
}

/// The bucket of a time: its power of two and the two bits after the highest.
fn bucket(nanos: u64) -> usize {
    let nanos = nanos.max(1 << FIRST);
    let power = nanos.ilog2();
    let quarter = (nanos >> (power - 2)) & 3;
    let bucket = u64::from(power - FIRST) * 4 + quarter;
    usize::try_from(bucket).map_or(BUCKETS - 1, |bucket| bucket.min(BUCKETS - 1))
}

/// Where a bucket ends: the next one begins there.
fn end(bucket: usize) -> Duration {
    let (power, quarter) = (bucket / 4, bucket % 4);
    Duration::from_nanos((5 + quarter as u64) << (power as u32 + FIRST - 2))
}

/// Times as they were when they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Times {
    counts: Vec<u64>,
    /// All of them together.
    pub sum: Duration,
}

impl Times {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The time that this part of all (from 0 to 1) does not exceed, to within a
    /// quarter; `None` when there are none.
    pub fn quantile(&self, part: f64) -> Option<Duration> {
        let rank = (self.count() as f64 * part).ceil().max(1.0) as u64;
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(end(bucket))
    }

    /// How many do not exceed the end of each bucket, in rising order: a
    /// cumulative histogram as Prometheus has it.
    pub fn cumulative(&self) -> impl Iterator<Item = (Duration, u64)> {
        let mut seen = 0;
        self.counts.iter().enumerate().map(move |(bucket, count)| {
            seen += count;
            (end(bucket), seen)
        })
    }
}

/// What a plugin's calls that did not fail came to: two of `score`, one of `observe`.
const WELL: [&str; 3] = ["assessed", "abstained", "read"];

/// How often a plugin's calls came to what, each under its name in the audit log.
#[derive(Debug, Default)]
pub struct Outcomes([Counter; WELL.len() + Failure::NAMES.len()]);

fn outcome_names() -> impl Iterator<Item = &'static str> {
    WELL.into_iter().chain(Failure::NAMES)
}

impl Outcomes {
    /// One more of this outcome.
    pub fn one(&self, name: &str) {
        let place = outcome_names().position(|outcome| outcome == name);
        if let Some(counter) = place.and_then(|place| self.0.get(place)) {
            counter.one();
        }
    }

    /// All that occurred, by name.
    pub fn read(&self) -> BTreeMap<&'static str, u64> {
        let counts = outcome_names().zip(self.0.iter().map(Counter::get));
        counts.filter(|(_, count)| *count > 0).collect()
    }
}

/// What became of actions.
#[derive(Debug, Default)]
pub struct Decided {
    verdicts: [Counter; 3],
    /// Holds that a human approved.
    pub approved: Counter,
    /// Questions put to a human.
    pub asked: Counter,
    /// Answers that could not be recorded.
    pub unrecorded: Counter,
}

impl Decided {
    /// One more final decision with this verdict.
    pub fn one(&self, verdict: Verdict) {
        self.verdicts[verdict as usize].one();
    }

    /// The counts so far.
    pub fn read(&self) -> Decisions {
        let [allow, hold, block] = self.verdicts.each_ref().map(Counter::get);
        Decisions {
            allow,
            hold,
            block,
            approved: self.approved.get(),
            asked: self.asked.get(),
            unrecorded: self.unrecorded.get(),
        }
    }
}

/// Everything the host counts, as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stats {
    /// Final decisions.
    pub decisions: Decisions,
    /// How long judging took, without waiting for humans and for the record.
    pub judging: Times,
    /// What each plugin's calls came to, by its name; those swapped out too.
    pub plugins: BTreeMap<String, Calls>,
    /// Places for instances.
    pub pool: Pool,
    /// Outputs and when plugins read them.
    pub outputs: Outputs,
    /// The audit log.
    pub audit: Audit,
}

/// What a plugin's calls came to, by the outcome's name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calls {
    /// Calls of `score`.
    pub score: BTreeMap<&'static str, u64>,
    /// Calls of `observe`.
    pub observe: BTreeMap<&'static str, u64>,
}

/// Final decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decisions {
    /// Verdict ALLOW.
    pub allow: u64,
    /// Verdict HOLD, answered or expired.
    pub hold: u64,
    /// Verdict BLOCK.
    pub block: u64,
    /// Holds that a human approved.
    pub approved: u64,
    /// Questions put to a human; those still open are not in `hold` yet.
    pub asked: u64,
    /// Answers that became BLOCK because they could not be recorded.
    pub unrecorded: u64,
}

/// Places for instances.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pool {
    /// How many there are.
    pub places: u64,
    /// How many are taken.
    pub taken: u64,
    /// Calls waiting for one.
    pub waiting: u64,
    /// How long those waited that had to.
    pub waited: Times,
    /// Calls that found the queue full or waited in vain.
    pub refused: u64,
}

/// Outputs and when plugins read them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outputs {
    /// Outputs taken in.
    pub taken: u64,
    /// From an output's arrival until every plugin that keeps notes had read it.
    pub lag: Times,
    /// Readings that a decision had to wait for: after a swap, a restart, or when
    /// it came before the output was read.
    pub late: u64,
}

/// The audit log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// Lines written.
    pub lines: u64,
    /// Lines waiting for the write under way.
    pub queue: u64,
    /// What each write took until all its lines were as durable as asked for:
    /// nearly all of it is the sync, where there is one.
    pub write: Times,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_bucket_that_ends_after_it_and_is_a_quarter_wide() {
        let mut nanos = 1;
        while nanos < 60_000_000_000 {
            let bucket = bucket(nanos);
            assert!(Duration::from_nanos(nanos) < end(bucket), "{nanos}");
            if bucket > 0 {
                let begin = end(bucket - 1);
                assert!(begin <= Duration::from_nanos(nanos), "{nanos}");
                assert!(end(bucket) <= begin.mul_f64(1.25), "{nanos}");
            }
            nanos += nanos / 7 + 1;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_right_to_within_a_quarter() {
        let histogram = Histogram::default();
        (1..=1000).for_each(|micros| histogram.record(Duration::from_micros(micros)));
        let times = histogram.read();
        assert_eq!(times.count(), 1000);
        assert_eq!(times.sum, Duration::from_micros(500_500));
        for (part, exact) in [(0.0, 1.0), (0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = times.quantile(part).unwrap().as_secs_f64() * 1e6;
            assert!((exact..=exact * 1.25).contains(&found), "{part}: {found}");
        }
        assert_eq!(Times::default().quantile(0.5), None);
    }

    #[test]
    fn the_cumulative_histogram_ends_with_all() {
        let histogram = Histogram::default();
        for nanos in [1, 1_000, 1_000_000] {
            histogram.record(Duration::from_nanos(nanos));
        }
        let all: Vec<_> = histogram.read().cumulative().collect();
        assert!(all.is_sorted());
        assert_eq!(all[0].1, 1);
        assert_eq!(all.last().unwrap().1, 3);
    }

    #[test]
    fn an_outcome_is_counted_under_its_own_name() {
        let outcomes = Outcomes::default();
        outcome_names().for_each(|name| outcomes.one(name));
        outcomes.one(Failure::OutOfFuel.name());
        let read = outcomes.read();
        assert_eq!(read.len(), outcomes.0.len());
        assert_eq!((read["out-of-fuel"], read["assessed"]), (2, 1));
    }
}
