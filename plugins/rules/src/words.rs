//! Names in messages: where they stand, and what was meant.

use std::fmt;

/// A mistake in an expression, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// From 1; 0 when it is the whole expression.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.what),
            line => write!(f, "line {line}, column {}: {}", self.column, self.what),
        }
    }
}

/// Line and column of the first place where `name` stands in an expression by
/// itself, or after a dot. The parser keeps no places of what it could read.
pub fn place(source: &str, name: &str, after_dot: bool) -> (usize, usize) {
    let found = words(source).find(|(at, word)| {
        let dot = source[..*at].trim_end().ends_with('.');
        *word == name && dot == after_dot
    });
    let before = &source[..found.map_or(0, |(at, _)| at)];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

/// Names in an expression with their offsets; what stands in quotes is no name.
fn words(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let start =
                rest + source[rest..].find(|c: char| c.is_alphabetic() || "_'\"".contains(c))?;
            let first = source[start..].chars().next()?;
            if matches!(first, '\'' | '"') {
                let length = source[start + 1..].find(first);
                rest = length.map_or(source.len(), |length| start + length + 2);
                continue;
            }
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let end = source[start..].find(|c| !is_part(c));
            rest = end.map_or(source.len(), |end| start + end);
            return Some((start, &source[start..rest]));
        }
    })
}

/// How many signs of fields, operators and brackets an expression has; what stands in
/// quotes counts as well.
pub fn parts(source: &str) -> usize {
    source
        .chars()
        .filter(|c| ".([{?:+-*/%<>=!".contains(*c))
        .count()
}

/// "; did you mean `x`?" where one of the names is near, else what there is.
pub fn meant(name: &str, known: &[&str]) -> String {
    let distance = |other: &&&str| strsim::damerau_levenshtein(name, other);
    let nearest = known.iter().min_by_key(distance);
    match nearest {
        Some(near) if distance(&near) <= 1 + near.len() / 4 => format!("; did you mean `{near}`?"),
        _ => format!("; there are: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_where_it_is_meant() {
        let source = "has(payload.to) &&\n  to == 'to' && x.y";
        assert_eq!(place(source, "to", true), (1, 13));
        assert_eq!(place(source, "to", false), (2, 3));
        assert_eq!(place("'é' == é", "é", false), (1, 8));
        assert_eq!(place("'open", "x", false), (1, 1));
    }

    #[test]
    fn the_nearest_name_is_offered() {
        assert_eq!(
            meant("paylod", &["action", "payload"]),
            "; did you mean `payload`?"
        );
        assert_eq!(
            meant("zzz", &["action", "payload"]),
            "; there are: action, payload"
        );
    }
}
