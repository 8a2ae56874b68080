//! What a plugin costs: the time, fuel and memory of each of its golden cases.

use std::time::{Duration, Instant};

use super::trial::{Trial, TrialError};

/// Calls before the clock runs, so that code and memory are where they will be.
const WARM: u32 = 20;

/// One case, measured; each call in a fresh instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Half of the calls took no longer.
    pub p50: Duration,
    /// 95 of 100 calls took no longer.
    pub p95: Duration,
    /// Fuel of one call, about one unit an instruction.
    pub fuel: u64,
    /// Bytes of memory at the end of one call.
    pub memory: usize,
}

/// A plugin, measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bench {
    /// How long it took until it could be asked: read, prepared and compiled, or found
    /// in the cache.
    pub load: Duration,
    /// Cases whose settings it takes, in order.
    pub cases: Vec<Measured>,
}

/// Measures every case of a pack, each with so many calls.
///
/// # Errors
/// The plugin cannot be loaded.
pub fn run(trial: &mut Trial<'_>, calls: u32) -> Result<Bench, TrialError> {
    let cases = &trial.pack().cases;
    let mut bench = Bench {
        load: Duration::ZERO,
        cases: Vec::with_capacity(cases.len()),
    };
    for (place, case) in cases.iter().enumerate() {
        let begun = Instant::now();
        let scene = trial.scene(case, 0)?;
        if place == 0 {
            bench.load = begun.elapsed();
        }
        let Some(stage) = scene.stage() else { continue };
        let (mut fuel, mut memory) = (0, 0);
        for _ in 0..WARM {
            (_, fuel, memory) = stage.judge();
        }
        let mut times: Vec<Duration> = (0..calls)
            .map(|_| {
                let begun = Instant::now();
                stage.judge();
                begun.elapsed()
            })
            .collect();
        times.sort_unstable();
        bench.cases.push(Measured {
            name: case.name.clone(),
            p50: percentile(&times, 50),
            p95: percentile(&times, 95),
            fuel,
            memory,
        });
    }
    Ok(bench)
}

/// Nearest rank.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Duration, percentile};

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let sorted: Vec<Duration> = (1..=20).map(Duration::from_micros).collect();
        let ranks = (percentile(&sorted, 50), percentile(&sorted, 95));
        assert_eq!(ranks, (sorted[9], sorted[18]));
        let ranks = (percentile(&sorted[..1], 95), percentile(&[], 50));
        assert_eq!(ranks, (sorted[0], Duration::ZERO));
    }
}
