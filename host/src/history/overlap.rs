//! Every place where a text stands in another, overlapping ones too.
//!
//! `1.1.1` stands four times in `1.1.1.1.1.1`, and a hostile text is all
//! overlap: comparing anew at each place would cost the product of both
//! lengths. This reads each byte once (Knuth, Morris and Pratt).

use super::work;

/// A text that is sought. Not empty.
pub(super) struct Overlap<'a> {
    sought: &'a [u8],
    /// For each beginning of it, less one byte: how much of its own beginning
    /// it ends with.
    borders: Vec<usize>,
}

impl<'a> Overlap<'a> {
    pub(super) fn new(sought: &'a str) -> Self {
        let mut overlap = Overlap {
            sought: sought.as_bytes(),
            borders: Vec::with_capacity(sought.len()),
        };
        let mut matched = 0;
        for (at, byte) in sought.bytes().enumerate() {
            if at > 0 {
                matched = overlap.read(matched, byte);
            }
            overlap.borders.push(matched);
        }
        overlap
    }

    /// How much of it the text read so far ends with, after one more byte.
    /// All of it stands there when that is its length.
    pub(super) fn read(&self, mut matched: usize, byte: u8) -> usize {
        loop {
            work::read(1);
            if self.sought.get(matched) == Some(&byte) {
                return matched + 1;
            }
            if matched == 0 {
                return 0;
            }
            matched = self.borders[matched - 1];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_stands_where_a_comparison_at_each_place_says(text in "[ab]{0,40}", sought in "[ab]{1,5}") {
            let overlap = Overlap::new(&sought);
            let mut matched = 0;
            let mut found = Vec::new();
            for (at, byte) in text.bytes().enumerate() {
                matched = overlap.read(matched, byte);
                if matched == sought.len() {
                    found.push(at + 1 - matched);
                }
            }
            let all: Vec<usize> = (0..text.len()).filter(|at| text[*at..].starts_with(&sought)).collect();
            prop_assert_eq!(found, all);
        }
    }
}
