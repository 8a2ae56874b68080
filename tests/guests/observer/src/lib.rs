//! Keeps notes of the outputs it read and shows them with every decision. An
//! output with the word of `"on"` in it makes it misbehave as `"how"` says.

use coldnotch_plugin::{Action, Assessment, Context, Leaf, ScoreError, Step};

/// When and how to misbehave; never, by default.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    on: Option<String>,
    how: How,
    /// Makes it another plugin without making it behave otherwise.
    name: String,
    /// The types of action it wants; every type, by default.
    kinds: Option<Vec<String>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum How {
    #[default]
    Fail,
    Trap,
    TooMuch,
    Slow,
}

/// `<outputs> <bytes> <paths of the last output>`.
fn score(_action: &Action, cx: &Context<Settings>) -> Assessment {
    let notes = match &*cx.notes.data {
        [] => "nothing read".to_owned(),
        data => String::from_utf8_lossy(data).into_owned(),
    };
    let name = &cx.settings.name;
    Assessment::abstain(0.0).because(
        "notes",
        format!("{name}{notes}; complete {}", cx.notes.complete),
    )
}

fn observe(_: &Step, leaves: &[Leaf], cx: &Context<Settings>) -> Result<Vec<u8>, ScoreError> {
    let text = |leaf: &Leaf| {
        cx.settings
            .on
            .as_ref()
            .is_some_and(|on| leaf.text.contains(on))
    };
    if leaves.iter().any(text) {
        return misbehave(&cx.settings.how);
    }
    let notes = String::from_utf8_lossy(&cx.notes.data);
    let mut numbers = notes
        .split(' ')
        .map(|word| word.parse::<usize>().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    let outputs = next() + 1;
    let bytes = next() + leaves.iter().map(|leaf| leaf.text.len()).sum::<usize>();
    let paths: Vec<&str> = leaves.iter().map(|leaf| &*leaf.path).collect();
    Ok(format!("{outputs} {bytes} {}", paths.join(",")).into_bytes())
}

fn misbehave(how: &How) -> Result<Vec<u8>, ScoreError> {
    match how {
        How::Fail => Err(ScoreError::Internal("it could not read this".to_owned())),
        #[allow(clippy::panic)]
        How::Trap => panic!("on purpose"),
        How::TooMuch => Ok(vec![b'x'; (16 << 10) + 1]),
        How::Slow => loop {
            std::hint::spin_loop();
        },
    }
}

fn kinds(settings: &Settings) -> Vec<String> {
    settings
        .kinds
        .clone()
        .unwrap_or_else(|| vec!["*".to_owned()])
}

coldnotch_plugin::scorer!(score, settings = Settings, observe = observe, kinds = kinds);
