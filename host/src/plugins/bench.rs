//! What a plugin costs: the time, fuel and memory of each of its golden cases.

use std::time::{Duration, Instant};

use super::trial::{Trial, TrialError};

/// Calls before the clock runs, so that code and memory are where they will be.
const WARM: u32 = 20;

/// One case, measured; each call in a fresh instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Half of the calls took no longer; in microseconds.
    pub p50: f64,
    /// 95 of 100 calls took no longer; in microseconds.
    pub p95: f64,
    /// Fuel of one call, about one unit an instruction.
    pub fuel: u64,
    /// Bytes of memory at the end of one call.
    pub memory: usize,
}

/// A plugin, measured.
#[derive(Debug, Clone, PartialEq)]
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
        let mut times: Vec<f64> = (0..calls)
            .map(|_| {
                let begun = Instant::now();
                stage.judge();
                begun.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        times.sort_by(f64::total_cmp);
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
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let sorted: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(
            (percentile(&sorted, 50), percentile(&sorted, 95)),
            (10.0, 19.0)
        );
        assert_eq!((percentile(&[7.0], 95), percentile(&[], 50)), (7.0, 0.0));
    }
}
