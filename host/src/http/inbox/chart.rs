//! Verdicts over time and how long judging took, as shapes for the page's style to
//! colour. Numbers only: whatever is drawn is in the text beside it, too.

/// How wide a drawing is, in its own units.
const WIDE: u32 = 640;
/// How high its bars are at most.
const HIGH: u32 = 96;
/// How many bars of verdicts there are.
const BARS: u32 = 40;

/// A rectangle of a class of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// What it says, in words.
    pub(super) title: String,
}

/// What is drawn of some decisions, as far as there are any.
#[derive(Debug)]
pub(super) struct Charts {
    pub(super) verdicts: Option<Verdicts>,
    pub(super) latency: Option<Latency>,
}

/// How many actions got which verdict, over time.
#[derive(Debug)]
pub(super) struct Verdicts {
    pub(super) bars: Vec<Bar>,
    pub(super) allow: usize,
    pub(super) hold: usize,
    pub(super) block: usize,
    pub(super) from: String,
    pub(super) until: String,
}

/// How long judging took.
#[derive(Debug)]
pub(super) struct Latency {
    pub(super) bars: Vec<Bar>,
    pub(super) p50: String,
    pub(super) p95: String,
    pub(super) p99: String,
    /// What the first and the last bar stand for.
    pub(super) least: String,
    pub(super) most: String,
}

/// From times in milliseconds and verdicts, in the order of the log.
pub(super) fn verdicts(points: &[(i64, &'static str)]) -> Option<Verdicts> {
    let first = points.iter().map(|(at, _)| *at).min()?;
    let last = points.iter().map(|(at, _)| *at).max()?;
    let span = u64::try_from(last.saturating_sub(first)).unwrap_or(0) + 1;
    let mut counts = vec![[0_usize; 3]; BARS as usize];
    let mut all = [0_usize; 3];
    for (at, verdict) in points {
        let since = u64::try_from(at.saturating_sub(first)).unwrap_or(0);
        let bar = usize::try_from(u128::from(since) * u128::from(BARS) / u128::from(span)).ok();
        let kind = CLASSES.iter().position(|class| class == verdict);
        if let (Some(bar), Some(kind)) = (bar.and_then(|bar| counts.get_mut(bar)), kind) {
            bar[kind] += 1;
            all[kind] += 1;
        }
    }
    let most = counts.iter().map(|c| c.iter().sum::<usize>()).max()?.max(1);
    let width = WIDE / BARS;
    let mut bars = Vec::new();
    for (counts, place) in counts.iter().zip(0_u32..) {
        let mut y = HIGH;
        for (class, count) in CLASSES
            .into_iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0)
        {
            let height = scaled(*count, most).min(y);
            y -= height;
            bars.push(Bar {
                class,
                x: place * width,
                y,
                width: width - 2,
                height,
                title: format!("{count} {class}"),
            });
        }
    }
    let time = |millis: i64| {
        let time = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
        time.strftime("%e %b, %H:%M:%S")
            .to_string()
            .trim()
            .to_owned()
    };
    let [allow, hold, block] = all;
    Some(Verdicts {
        bars,
        allow,
        hold,
        block,
        from: time(first),
        until: time(last),
    })
}

/// In rising severity, as they are stacked.
const CLASSES: [&str; 3] = ["allow", "hold", "block"];

/// At least a hair: what is there is seen.
fn scaled(count: usize, most: usize) -> u32 {
    let height = count.saturating_mul(HIGH as usize) / most.max(1);
    u32::try_from(height).unwrap_or(HIGH).clamp(2, HIGH)
}

/// From times in microseconds. A bar for each doubling.
pub(super) fn latency(mut times: Vec<u64>) -> Option<Latency> {
    times.sort_unstable();
    let power = |micros: u64| micros.max(1).ilog2();
    let (least, most) = (power(*times.first()?), power(*times.last()?));
    let mut counts = vec![0_usize; (most - least + 1) as usize];
    for time in &times {
        if let Some(count) = counts.get_mut((power(*time) - least) as usize) {
            *count += 1;
        }
    }
    let highest = counts.iter().copied().max()?;
    let width = WIDE / (most - least + 1);
    let bars = counts.iter().zip(0_u32..).filter(|(count, _)| **count > 0);
    let bars = bars.map(|(count, place)| {
        let height = scaled(*count, highest);
        let from = micros(1 << (place + least));
        Bar {
            class: "time",
            x: place * width,
            y: HIGH - height,
            width: width.saturating_sub(2).max(1),
            height,
            title: format!("{count} took {from} to twice that"),
        }
    });
    let part = |percent: usize| {
        let place = (times.len() * percent).div_ceil(100).max(1) - 1;
        micros(times.get(place).copied().unwrap_or_default())
    };
    Some(Latency {
        bars: bars.collect(),
        p50: part(50),
        p95: part(95),
        p99: part(99),
        least: micros(1 << least),
        most: micros(2_u64 << most),
    })
}

fn micros(micros: u64) -> String {
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{}.{} ms", micros / 1000, micros % 1000 / 100),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decision_is_drawn_within_the_frame() {
        let points: Vec<(i64, &str)> = (0..1000)
            .map(|n| (n * 7, CLASSES[(n % 3) as usize]))
            .collect();
        let drawn = verdicts(&points).unwrap();
        assert_eq!((drawn.allow, drawn.hold, drawn.block), (334, 333, 333));
        assert!(
            drawn
                .bars
                .iter()
                .all(|b| b.x + b.width <= WIDE && b.y + b.height <= HIGH)
        );
        assert_eq!(drawn.bars.len(), 3 * BARS as usize);
        assert!(verdicts(&[]).is_none());
        assert_eq!(verdicts(&[(5, "hold")]).unwrap().bars.len(), 1);
    }

    #[test]
    fn quantiles_are_those_of_the_times() {
        let drawn = latency((1..=100).collect()).unwrap();
        assert_eq!(
            [&drawn.p50, &drawn.p95, &drawn.p99],
            ["50 µs", "95 µs", "99 µs"]
        );
        assert!(
            drawn
                .bars
                .iter()
                .all(|b| b.x + b.width <= WIDE && b.y + b.height <= HIGH)
        );
        assert!(latency(Vec::new()).is_none());
        let wild = latency(vec![0, u64::MAX / 4]).unwrap();
        assert_eq!(wild.p50, "0 µs");
    }
}
