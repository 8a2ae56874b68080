//! Custom sections: what a component carries besides its code.
//!
//! Only sections of the component itself count. One inside a module or component
//! that it is made of belongs to whoever made that part.

use wasmparser::{BinaryReader, Parser, Payload};

/// Why the sections of a component could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SectionError {
    /// The bytes are no component.
    #[error("it is not a WebAssembly component: {0}")]
    NotWasm(#[from] wasmparser::BinaryReaderError),
    /// Two of one name: which one holds?
    #[error("it has two sections named `{0}`: build it again from one without any")]
    Twice(&'static str),
}

/// The content of a component's own section of this name, if there is one.
///
/// # Errors
/// The bytes are no component, or there are two of this name.
pub(super) fn read<'a>(
    component: &'a [u8],
    name: &'static str,
) -> Result<Option<&'a [u8]>, SectionError> {
    let mut found = Vec::new();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == name => {
                found.push(section.data());
            }
            _ => {}
        }
    }
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(SectionError::Twice(name)),
    }
}

/// Appends a section: its kind (0), its size, its name with its length, the content.
pub(super) fn append(component: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut body = Vec::with_capacity(name.len() + content.len() + 5);
    leb128(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    component.push(0);
    leb128(component, body.len());
    component.extend_from_slice(&body);
}

/// The component without custom sections: names, debug information, what tools wrote
/// down, an older manifest. Those of its parts go, too; nothing that runs changes.
///
/// # Errors
/// The bytes are no component.
pub(super) fn strip(component: &[u8]) -> Result<Vec<u8>, SectionError> {
    for payload in Parser::new(0).parse_all(component) {
        payload?; // the walk below relies on its structure
    }
    Ok(stripped(component))
}

/// The component without its own sections of these names; what cannot be read stays.
pub(super) fn without(component: &[u8], names: &[&str]) -> Vec<u8> {
    let (preamble, mut rest) = component
        .split_at_checked(PREAMBLE)
        .unwrap_or((component, &[]));
    let mut out = preamble.to_vec();
    while let Some((kind, body, after)) = next(rest) {
        let name = BinaryReader::new(body, 0).read_string().unwrap_or_default();
        if kind != CUSTOM || !names.contains(&name) {
            out.extend_from_slice(&rest[..rest.len() - after.len()]);
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

/// The size of magic and version.
const PREAMBLE: usize = 8;

/// The kind of a custom section.
const CUSTOM: u8 = 0;

fn stripped(wasm: &[u8]) -> Vec<u8> {
    let (preamble, mut rest) = wasm.split_at_checked(PREAMBLE).unwrap_or((wasm, &[]));
    // A component's sections 1 and 4 are a module and a component; a module's are not.
    let is_component = preamble.get(6) == Some(&1);
    let mut out = preamble.to_vec();
    while let Some((kind, body, after)) = next(rest) {
        rest = after;
        if kind == CUSTOM {
            continue;
        }
        out.push(kind);
        if is_component && (kind == 1 || kind == 4) {
            let part = stripped(body);
            leb128(&mut out, part.len());
            out.extend_from_slice(&part);
        } else {
            leb128(&mut out, body.len());
            out.extend_from_slice(body);
        }
    }
    out
}

/// The first section: its kind, its content and what follows it.
fn next(sections: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, rest) = sections.split_first()?;
    let mut reader = BinaryReader::new(rest, 0);
    let size = usize::try_from(reader.read_var_u32().ok()?).ok()?;
    let (_, rest) = rest.split_at_checked(reader.current_position())?;
    let (body, after) = rest.split_at_checked(size)?;
    Some((*kind, body, after))
}

/// A number in groups of seven bits, the lowest first.
fn leb128(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty component.
    const EMPTY: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

    #[test]
    fn what_was_appended_is_read() {
        for size in [0, 1, 127, 128, 20_000] {
            let content = vec![7; size];
            let mut component = EMPTY.to_vec();
            append(&mut component, "other", b"x");
            append(&mut component, "mine", &content);
            assert_eq!(read(&component, "mine").unwrap(), Some(&content[..]));
            assert_eq!(read(&component, "nobody's").unwrap(), None);
        }
    }

    #[test]
    fn a_section_of_a_part_is_not_the_components_own() {
        let mut part = EMPTY.to_vec();
        append(&mut part, "mine", b"of the part");
        let mut component = EMPTY.to_vec();
        component.push(4); // a component within
        leb128(&mut component, part.len());
        component.extend_from_slice(&part);
        assert_eq!(read(&component, "mine").unwrap(), None);
        append(&mut component, "mine", b"own");
        assert_eq!(read(&component, "mine").unwrap(), Some(&b"own"[..]));
    }

    #[test]
    fn a_stripped_component_has_no_custom_sections_at_any_level() {
        let mut part = EMPTY.to_vec();
        append(&mut part, "name", &[1; 300]);
        let mut component = EMPTY.to_vec();
        append(&mut component, "mine", b"x");
        component.push(4);
        leb128(&mut component, part.len());
        component.extend_from_slice(&part);
        append(&mut component, "mine", b"y");
        let mut expected = EMPTY.to_vec();
        expected.extend([4, EMPTY.len() as u8]);
        expected.extend(EMPTY);
        assert_eq!(strip(&component).unwrap(), expected);
        assert_eq!(strip(&expected).unwrap(), expected);
        assert!(strip(&component[..component.len() - 1]).is_err());
    }

    #[test]
    fn two_of_a_name_and_damage_are_refused() {
        let mut component = EMPTY.to_vec();
        append(&mut component, "mine", b"one");
        let whole = component.clone();
        append(&mut component, "mine", b"two");
        assert!(matches!(
            read(&component, "mine"),
            Err(SectionError::Twice("mine"))
        ));
        for cut in EMPTY.len() + 1..whole.len() {
            assert!(read(&whole[..cut], "mine").is_err(), "cut at {cut}");
        }
    }
}
