//! Changing a value of `coldnotch.toml` where it stands: all else of the file, comments
//! too, stays as it is written.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

/// The file's plugins, as far as they are changed.
#[derive(Deserialize)]
struct Places {
    #[serde(default)]
    plugin: Vec<Plugin>,
}

#[derive(Deserialize)]
struct Plugin {
    name: Spanned<String>,
    source: Spanned<String>,
    mode: Option<Spanned<String>>,
    share: Option<Spanned<f64>>,
}

/// What to change of one plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub plugin: String,
    /// Its new mode, which is no canary's.
    pub mode: Option<&'static str>,
    /// Its new source.
    pub source: Option<String>,
}

/// Where a plugin comes from, as the text has it.
pub fn source(text: &str, plugin: &str) -> Option<String> {
    let places: Places = toml::from_str(text).ok()?;
    let mut plugins = places.plugin.into_iter();
    let found = plugins.find(|one| one.name.get_ref() == plugin)?;
    Some(found.source.into_inner())
}

/// The text with these changes; `None` where it is not written in a way that can be
/// changed without reading it anew. Whoever uses it looks at what came out.
pub fn edited(text: &str, changes: &[Change]) -> Option<String> {
    let places: Places = toml::from_str(text).ok()?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for change in changes {
        let named = |plugin: &&Plugin| plugin.name.get_ref() == &change.plugin;
        let plugin = places.plugin.iter().find(named)?;
        if let Some(mode) = change.mode {
            let mode = format!("{mode:?}");
            match &plugin.mode {
                Some(old) => edits.push((old.span(), mode)),
                None => edits.push(after_line(text, plugin.name.span(), "mode", &mode)?),
            }
            if let Some(share) = &plugin.share {
                edits.push((line_of(text, share.span(), "share")?, String::new()));
            }
        }
        if let Some(source) = &change.source {
            edits.push((plugin.source.span(), format!("{source:?}")));
        }
    }
    edits.sort_by_key(|(span, _)| span.start);
    let mut edited = text.to_owned();
    for (span, with) in edits.into_iter().rev() {
        edited.replace_range(span, &with);
    }
    Some(edited)
}

/// The line that a value stands on, if it stands there alone with its key.
fn line_of(text: &str, value: Range<usize>, key: &str) -> Option<Range<usize>> {
    let start = text[..value.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[value.end..]
        .find('\n')
        .map_or(text.len(), |at| value.end + at + 1);
    let alone = text[start..value.start].trim_start().starts_with(key);
    alone.then_some(start..end)
}

/// A new line after that of another value.
fn after_line(
    text: &str,
    value: Range<usize>,
    key: &str,
    with: &str,
) -> Option<(Range<usize>, String)> {
    let line = line_of(text, value, "name")?;
    let lead = match text[..line.end].ends_with('\n') {
        true => "",
        false => "\n",
    };
    Some((line.end..line.end, format!("{lead}{key} = {with}\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(plugin: &str, mode: &'static str) -> Change {
        Change {
            plugin: plugin.to_owned(),
            mode: Some(mode),
            source: None,
        }
    }

    #[test]
    fn only_what_is_changed_changes() {
        let text = "# ours\n[[plugin]]\nname = 'old' # since May\nsource = 'a.wasm'\n\n[[plugin]]\nmode = \"canary\" # for now\nshare = 0.1\nsource = \"b.wasm\"\nname = \"new\"\n";
        let changes = [
            mode("new", "enforce"),
            Change {
                source: Some("c \"d\".wasm".to_owned()),
                ..mode("old", "shadow")
            },
        ];
        assert_eq!(
            edited(text, &changes).unwrap(),
            "# ours\n[[plugin]]\nname = 'old' # since May\nmode = \"shadow\"\nsource = \"c \\\"d\\\".wasm\"\n\n[[plugin]]\nmode = \"enforce\" # for now\nsource = \"b.wasm\"\nname = \"new\"\n"
        );
        assert_eq!(edited(text, &[]).unwrap(), text);
    }

    #[test]
    fn what_cannot_be_changed_in_place_is_left_to_a_person() {
        let inline = "plugin = [{ name = 'a', source = 'a.wasm' }]";
        assert_eq!(edited(inline, &[mode("a", "shadow")]), None);
        let one_line = "plugin = [{ source = 'a', mode = 'canary', share = 1.0, name = 'a' }]";
        assert_eq!(edited(one_line, &[mode("a", "shadow")]), None);
        assert_eq!(
            edited("[[plugin]]\nname='a'\nsource='a'", &[mode("b", "shadow")]),
            None
        );
        assert_eq!(edited("= no toml", &[]), None);
    }
}
