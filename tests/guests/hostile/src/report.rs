//! Answers that tell a test what the guest can see.

use std::sync::atomic::Ordering;

use coldnotch_plugin::{Action, Assessment, Context};

use crate::{SCORED, SETTINGS, Settings, VALIDATED};

/// The session as the guest sees it: one piece of evidence a fact, of at most six
/// steps. Texts to look up are the strings of `payload.find`.
pub(crate) fn history(action: &Action, cx: &Context<Settings>) -> Assessment {
    let mut answer = Assessment::abstain(0.0)
        .because("history", "what the guest sees")
        .evidence("intent", &format!("{:?}", cx.history.intent()))
        .evidence("len", &cx.history.len().to_string());
    let newest = cx.history.len().saturating_sub(6);
    for index in cx.history.kept().skip_while(|index| *index < newest) {
        let Some(step) = cx.history.step(index) else {
            continue;
        };
        let what = format!(
            "{} {:?} labels {:?} approved {:?} succeeded {:?} output {:?}",
            step.action.kind,
            step.verdict,
            cx.history.labels(index),
            step.approved,
            step.succeeded,
            step.output,
        );
        answer = answer.evidence_at(Some(index), "step", &what).evidence_at(
            Some(index),
            "output",
            &cx.history.output(index, 0, 100),
        );
    }
    let texts: Vec<String> = action.payload()["find"]
        .as_array()
        .map(|texts| {
            texts
                .iter()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default();
    for (text, places) in texts.iter().zip(cx.history.find_values(&texts)) {
        for place in places {
            let what = format!(
                "{text} whole {} decoded {:?}",
                place.whole_leaf, place.decoded_by
            );
            answer = answer.evidence_at(
                place.step,
                &format!("{:?} {}", place.place, place.path),
                &what,
            );
        }
    }
    match action.payload()["label"].as_str() {
        Some(label) => answer.label(label),
        None => answer,
    }
}

/// How often this instance was prepared and asked, and with what settings.
pub(crate) fn prepared(settings: &Settings) -> Assessment {
    let same = std::ptr::eq(settings, SETTINGS.get());
    let message = format!(
        "prepared {}, asked {}, word {}, same {same}",
        VALIDATED.load(Ordering::Relaxed),
        SCORED.load(Ordering::Relaxed),
        settings.word,
    );
    Assessment::abstain(0.0).because("prepared", message)
}
