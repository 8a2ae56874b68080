//! How notes are written down: a version, then one record a span.

use super::{Note, Source, wording};
use crate::effect::Effects;
use crate::spans::values::Kind;
use crate::spans::{self, Signals, Span};

/// The form the notes are written in. Notes of another form are not read.
pub(super) const VERSION: u8 = 1;

pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = match bytes.split_first() {
        Some((&VERSION, rest)) => rest,
        _ => &[],
    };
    std::iter::from_fn(move || {
        let (head, behind) = rest.split_at_checked(2)?;
        let length = usize::from(u16::from_le_bytes([head[0], head[1]]));
        let (record, behind) = behind.split_at_checked(length)?;
        rest = behind;
        Some(record)
    })
}

pub(super) fn write(span: &Span, places: &[(u32, String)], source: Source) -> Vec<u8> {
    let mut record = Vec::with_capacity(256);
    record.extend_from_slice(&span.signals.bits().to_le_bytes());
    record.extend_from_slice(&span.effects.bits().to_le_bytes());
    record.push(source as u8);
    record.push(places.len() as u8);
    for (step, path) in places {
        record.extend_from_slice(&step.to_le_bytes());
        write_text(&mut record, path);
    }
    let text = wording(span);
    record.extend_from_slice(&(text.len() as u16).to_le_bytes());
    record.extend_from_slice(text.as_bytes());
    record.push(span.values.len().min(255) as u8);
    for value in span.values.iter().take(255) {
        record.push(value.kind as u8);
        write_text(&mut record, &value.text);
    }
    record
}

fn write_text(record: &mut Vec<u8>, text: &str) {
    let text = spans::short(text, 255);
    record.push(text.len() as u8);
    record.extend_from_slice(text.as_bytes());
}

/// Reads a record; `None` when it is none. Its text and values are read where
/// somebody asks for them: most decisions do not.
pub(super) fn read(record: &[u8]) -> Option<Note<'_>> {
    let mut bytes = Bytes(record);
    let (signals, effects) = head(&mut bytes)?;
    let source = match bytes.byte()? {
        0 => Source::Stranger,
        1 => Source::Asked,
        2 => Source::Named,
        _ => Source::House,
    };
    let count = bytes.byte()?;
    let mut places = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        places.push((u32::from_le_bytes(bytes.take()?), bytes.text()?));
    }
    let length = usize::from(u16::from_le_bytes(bytes.take()?));
    let text = bytes.cut(length)?;
    bytes.byte()?; // how many values there are
    Some(Note {
        signals,
        effects,
        source,
        places,
        text: Text(text),
        values: Values(bytes.0),
    })
}

/// The words of a note.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Text<'n>(&'n [u8]);

impl<'n> Text<'n> {
    /// As text.
    pub fn as_str(self) -> &'n str {
        std::str::from_utf8(self.0).unwrap_or_default()
    }
}

/// The values of a note.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values<'n>(&'n [u8]);

impl<'n> Values<'n> {
    /// True when there is none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Each with its kind, in order.
    pub fn each(self) -> impl Iterator<Item = (Kind, &'n [u8])> {
        let mut bytes = Bytes(self.0);
        std::iter::from_fn(move || {
            let kind = Kind::numbered(bytes.byte()?)?;
            let length = usize::from(bytes.byte()?);
            Some((kind, bytes.cut(length)?))
        })
    }
}

/// What tells whether a record is worth reading.
pub(super) fn subject(record: &[u8]) -> Option<(Signals, Effects)> {
    head(&mut Bytes(record))
}

fn head(bytes: &mut Bytes) -> Option<(Signals, Effects)> {
    Some((
        Signals::from_bits(u16::from_le_bytes(bytes.take()?)),
        Effects::from_bits(u32::from_le_bytes(bytes.take()?)),
    ))
}

/// Bytes that are read from the front.
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = usize::from(self.byte()?);
        std::str::from_utf8(self.cut(length)?).ok()
    }

    pub(super) fn cut(&mut self, length: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
}
