//! The ways to misbehave, and what each does.

use std::hint::black_box;

use coldnotch_plugin::{Action, Assessment, Context, Reason, ScoreError};

use crate::{Settings, report};

/// How to misbehave.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum How {
    // At load.
    LoopAtLoad,
    TrapAtLoad,
    Refuse,
    // Too much of something.
    Loop,
    Recursion,
    Memory,
    HostCalls,
    GiantString,
    ManyReasons,
    ManyEvidence,
    ManyLabels,
    LongLabel,
    // No answer.
    Panic,
    Unreachable,
    Unsupported,
    MissingContext,
    Internal,
    // Nonsense.
    Nan,
    Infinite,
    Negative,
    OverOne,
    NotUtf8,
    OutOfBounds,
    // Allowed, though odd.
    EmptyStrings,
    LongMessage,
    Terminal,
    /// Another answer for the same, by the time.
    Fickle,
    // Well-behaved.
    History,
    Prepared,
    /// In the way that `payload.how` names.
    AsTold,
}

/// What happens while the settings are read.
pub(crate) fn at_load(how: &How) -> Result<(), Vec<String>> {
    match how {
        How::LoopAtLoad => endless(),
        How::TrapAtLoad => trap(),
        How::Refuse => Err(vec![
            "`limit` is missing: give a number".to_owned(),
            "`mode` is \u{1b}[31mred\u{1b}[0m: choose a or b".to_owned(),
        ]),
        _ => Ok(()),
    }
}

/// What happens in a decision. Whatever can be said says ALLOW.
pub(crate) fn score(action: &Action, cx: &Context<Settings>) -> Result<Assessment, ScoreError> {
    let told;
    let how = match &cx.settings.how {
        How::AsTold => {
            let how = coldnotch_plugin::json::from_value(action.payload()["how"].clone());
            told = how.map_err(|e| ScoreError::Internal(e.to_string()))?;
            &told
        }
        how => how,
    };
    Ok(match how {
        How::AsTold | How::LoopAtLoad | How::TrapAtLoad | How::Refuse => Assessment::allow(),
        How::Loop => endless(),
        How::Recursion => risk(deeper(1) as f64),
        How::Memory => hoard(),
        How::HostCalls => loop {
            black_box(cx.history.len());
        },
        How::GiantString => Assessment::allow().because("giant", "x".repeat(1 << 20)),
        How::ManyReasons => reasons(33),
        How::ManyEvidence => (0..33).fold(reasons(1), |answer, _| answer.evidence("", "x")),
        How::ManyLabels => (0..33).fold(Assessment::allow(), |answer, n| {
            answer.label(&format!("label-{n}"))
        }),
        How::LongLabel => Assessment::allow().label(&"x".repeat(65)),
        #[allow(clippy::panic)]
        How::Panic => panic!("on purpose"),
        How::Unreachable => trap(),
        How::Unsupported => return Err(ScoreError::UnsupportedAction),
        How::MissingContext => return Err(ScoreError::MissingContext("the tenant".to_owned())),
        How::Internal => return Err(ScoreError::Internal("\u{1b}[2Jlost".to_owned())),
        How::Nan => risk(f64::NAN),
        How::Infinite => risk(f64::INFINITY),
        How::Negative => risk(-0.1),
        How::OverOne => risk(1.5),
        How::NotUtf8 => Assessment::allow().because("text", not_utf8()),
        How::OutOfBounds => Assessment::allow().because("text", out_of_bounds()),
        How::EmptyStrings => Assessment::allow()
            .because("", "")
            .evidence("", "")
            .label(""),
        How::LongMessage => Assessment::allow().because("long", "é".repeat(2000)),
        How::Terminal => Assessment::abstain(0.1)
            .because("a\u{0}b", "\u{1b}]0;owned\u{7}\u{202e}evil\nline\u{9b}31m")
            .evidence("pa\u{200b}th", "\u{1b}[8mhidden")
            .label("se\u{1b}cret"),
        How::Fickle => risk((action.at % 2) as f64),
        How::History => report::history(action, cx),
        How::Prepared => report::prepared(cx.settings),
    })
}

fn risk(risk: f64) -> Assessment {
    Assessment {
        risk,
        ..Assessment::allow()
    }
}

fn reasons(count: usize) -> Assessment {
    let reason = Reason {
        code: "many".to_owned(),
        message: "one of many".to_owned(),
        evidence: Vec::new(),
    };
    Assessment {
        reasons: vec![reason; count],
        ..Assessment::allow()
    }
}

fn endless() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Never comes back, and keeps the compiler from making a loop of it.
#[allow(unconditional_recursion)]
fn deeper(depth: u64) -> u64 {
    let here = black_box(depth);
    deeper(here + 1).wrapping_add(here)
}

/// Takes memory until there is none.
fn hoard() -> Assessment {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(vec![1u8; 1 << 20]));
    }
}

#[cfg(target_family = "wasm")]
fn trap() -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_family = "wasm"))]
fn trap() -> ! {
    std::process::abort()
}

/// A text that is none.
#[allow(unsafe_code)]
fn not_utf8() -> String {
    // SAFETY: none, on purpose. Nothing here reads it; the host has to.
    unsafe { String::from_utf8_unchecked(vec![0xff, 0xfe, b'x']) }
}

/// A text that ends far outside the memory.
#[allow(unsafe_code)]
fn out_of_bounds() -> String {
    const LENGTH: usize = 0x7000_0000;
    // SAFETY: none, on purpose, as above.
    unsafe { String::from_raw_parts(std::ptr::dangling_mut(), LENGTH, LENGTH) }
}
