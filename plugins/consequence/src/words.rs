//! Text as words: case and accents folded, look-alike letters and invisible
//! characters undone, identifiers split where their naming style joins them.
//!
//! Each word carries its senses, looked up once.
//!
//! Everything the engine reads passes through here once, so that a rule never
//! has to think about spelling.

use std::borrow::Cow;

use crate::lexicon::{self, Senses};

/// A text as folded words, each with the sentence it stands in.
#[derive(Debug, Default, Clone)]
pub struct Words {
    text: String,
    spans: Vec<Span>,
    /// Numbers of the sentences that end with a question mark, rising.
    questions: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
    sentence: u32,
    /// Where it begins in the text that was read.
    source: u32,
    /// True when a comma or its like stands before it.
    comma: bool,
    senses: Senses,
}

/// Where a word begins.
struct Start {
    text: usize,
    source: u32,
    comma: bool,
}

/// How many words of one text are read. Far beyond any message, and a bound on
/// what a hostile payload can cost.
const MAX_WORDS: usize = 20_000;

/// How many letters in a row, each standing alone, are read as one word written
/// with spaces in between (`r e f u n d`).
const MIN_SPACED: usize = 4;

impl Words {
    /// Reads prose or an identifier.
    pub fn of(text: &str) -> Words {
        let mut words = Words {
            text: String::with_capacity(text.len()),
            spans: Vec::new(),
            questions: Vec::new(),
        };
        words.read(text);
        words
    }

    /// Reads a further text behind the ones already read, as its own sentence.
    pub fn read(&mut self, text: &str) {
        let first = self.spans.len();
        let mut sentence = self.spans.last().map_or(0, |s| s.sentence + 1);
        let mut start: Option<Start> = None;
        let mut before = Kind::Gap;
        let mut comma = false;
        let plain = without_entities(text);
        let mut chars = plain.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let kind = kind(c);
            match kind {
                Kind::Invisible => continue,
                Kind::Gap | Kind::Stop => {
                    self.close(&mut start, sentence);
                    // A dot ends a sentence only before a space: `gate.rs`, `4.50`.
                    // A line that goes on with a small letter was only wrapped.
                    let next = chars.peek().map(|(_, next)| *next);
                    let ends = match c {
                        '.' | ':' => next.is_none_or(char::is_whitespace),
                        '\n' => next.is_none_or(|n| !n.is_lowercase()),
                        _ => kind == Kind::Stop,
                    };
                    if ends && self.spans.last().is_some_and(|s| s.sentence == sentence) {
                        if c == '?' {
                            self.questions.push(sentence);
                        }
                        sentence += 1;
                    }
                    comma = comma && !ends || matches!(c, ',' | '(' | ')' | '–' | '—');
                }
                _ => {
                    let hump = kind == Kind::Upper
                        && (before == Kind::Lower
                            || (before == Kind::Upper
                                && chars.peek().is_some_and(|(_, n)| n.is_lowercase())));
                    if hump {
                        self.close(&mut start, sentence);
                    }
                    start.get_or_insert(Start {
                        text: self.text.len(),
                        source: at as u32,
                        comma,
                    });
                    comma = false;
                    fold(c, &mut self.text);
                }
            }
            before = kind;
            if self.spans.len() >= MAX_WORDS {
                break;
            }
        }
        self.close(&mut start, sentence);
        self.join_spaced(first);
    }

    fn close(&mut self, start: &mut Option<Start>, sentence: u32) {
        if let Some(s) = start.take()
            && s.text < self.text.len()
        {
            self.spans.push(Span {
                start: s.text as u32,
                end: self.text.len() as u32,
                sentence,
                source: s.source,
                comma: s.comma,
                senses: lexicon::senses(&self.text[s.text..]),
            });
            self.text.push(' ');
        }
    }

    /// Joins runs of single letters into the word they spell.
    fn join_spaced(&mut self, first: usize) {
        let alone = |s: &Span| {
            s.end - s.start == 1 && self.text.as_bytes()[s.start as usize].is_ascii_alphabetic()
        };
        let mut i = first;
        let mut joined: Vec<(usize, usize)> = Vec::new();
        while i < self.spans.len() {
            let run = self.spans[i..].iter().take_while(|s| alone(s)).count();
            if run >= MIN_SPACED {
                joined.push((i, run));
            }
            i += run.max(1);
        }
        for (at, run) in joined.into_iter().rev() {
            let Span {
                sentence,
                source,
                comma,
                ..
            } = self.spans[at];
            let start = self.text.len() as u32;
            for s in at..at + run {
                let letter = self.text.as_bytes()[self.spans[s].start as usize] as char;
                self.text.push(letter);
            }
            let word = Span {
                start,
                end: self.text.len() as u32,
                sentence,
                source,
                comma,
                senses: lexicon::senses(&self.text[start as usize..]),
            };
            self.text.push(' ');
            self.spans.splice(at..at + run, [word]);
        }
    }

    /// Gives words without a sense that of the verb they were meant to be. For
    /// types and wishes, which are short; not for texts.
    pub fn mend(&mut self) {
        for i in 0..self.spans.len().min(60) {
            if self.spans[i].senses == Senses::NONE {
                self.spans[i].senses = lexicon::mended(self.get(i));
            }
        }
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// True when there is no word.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The word at `i`, empty beyond the end.
    pub fn get(&self, i: usize) -> &str {
        self.spans
            .get(i)
            .map_or("", |s| &self.text[s.start as usize..s.end as usize])
    }

    /// The senses of the word at `i`, none beyond the end.
    pub fn senses(&self, i: usize) -> Senses {
        self.spans.get(i).map_or(Senses::NONE, |s| s.senses)
    }

    /// The senses of each word, in order.
    pub fn each(&self) -> impl Iterator<Item = Senses> {
        self.spans.iter().map(|s| s.senses)
    }

    /// The senses of all the words together.
    pub fn all(&self) -> Senses {
        self.each().fold(Senses::NONE, |all, senses| all | senses)
    }

    /// The sentence the word at `i` stands in.
    pub fn sentence(&self, i: usize) -> u32 {
        self.spans.get(i).map_or(u32::MAX, |s| s.sentence)
    }

    /// True when a comma, a bracket or a dash stands before the word at `i`.
    pub fn comma_before(&self, i: usize) -> bool {
        self.spans.get(i).is_some_and(|s| s.comma)
    }

    /// True when the sentence of the word at `i` ends with a question mark.
    pub fn is_question(&self, i: usize) -> bool {
        self.questions.binary_search(&self.sentence(i)).is_ok()
    }

    /// Where the word at `i` begins in the text that [`Words::of`] read.
    pub fn source(&self, i: usize) -> Option<usize> {
        self.spans.get(i).map(|s| s.source as usize)
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.spans
            .iter()
            .map(|s| &self.text[s.start as usize..s.end as usize])
    }

    /// The sentences as ranges of words, in order.
    pub fn sentences(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = next;
            let sentence = self.spans.get(start)?.sentence;
            next += self.spans[start..]
                .iter()
                .take_while(|s| s.sentence == sentence)
                .count();
            Some(start..next)
        })
    }

    /// True when the words contain `phrase` (folded words with single spaces).
    pub fn contains(&self, phrase: &str) -> bool {
        (0..self.len()).any(|i| self.starts_at(i, phrase))
    }

    /// True when `phrase` stands at word `i`. A `*` at the end of a word of the
    /// phrase stands for any ending.
    pub fn starts_at(&self, i: usize, phrase: &str) -> bool {
        if self.get(i).as_bytes().first() != phrase.as_bytes().first() {
            return false; // most phrases, at most words
        }
        let mut at = i;
        phrase.split(' ').all(|want| {
            let word = self.get(at);
            at += 1;
            !word.is_empty()
                && match want.strip_suffix('*') {
                    Some(stem) => word.starts_with(stem),
                    None => word == want,
                }
        })
    }
}

/// The text with HTML entities replaced by what they stand for.
fn without_entities(text: &str) -> Cow<'_, str> {
    if !text.contains("&") || !text.contains(';') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest
            .bytes()
            .take(10)
            .position(|b| b == b';')
            .map(|end| &rest[..end]);
        match name.and_then(entity) {
            Some(c) => {
                plain.push(c);
                rest = &rest[name.map_or(0, str::len) + 1..];
            }
            None => plain.push(' '),
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character behind an entity's name: `#102`, `#x66`, `eacute`.
fn entity(name: &str) -> Option<char> {
    if let Some(code) = name.strip_prefix('#') {
        let hex = code.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => code.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    match name {
        "amp" | "nbsp" | "lt" | "gt" | "quot" | "apos" => Some(' '),
        "shy" | "zwnj" | "zwj" => Some('\u{ad}'),
        "szlig" => Some('ß'),
        "ccedil" => Some('ç'),
        "ntilde" => Some('ñ'),
        _ => {
            let accents = ["acute", "grave", "circ", "uml", "tilde", "ring", "slash"];
            let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
            accents.contains(&&name[1..]).then_some(letter)
        }
    }
}

/// True when one slip of the hand makes one word out of the other: a letter left
/// out, put in or exchanged, or two neighbours swapped.
pub fn one_slip(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], []) => false,
        ([p, q, a @ ..], [r, s, b @ ..]) if p == s && q == r && a == b => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) => a == b,
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Upper,
    Lower,
    Digit,
    /// Ends a sentence.
    Stop,
    Gap,
    /// Takes no place on the screen.
    Invisible,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' => Kind::Lower,
        'A'..='Z' => Kind::Upper,
        '0'..='9' => Kind::Digit,
        '.' | '!' | '?' | ';' | '\n' | ':' => Kind::Stop,
        _ if c.is_ascii() => Kind::Gap,
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}' => Kind::Invisible,
        '\u{300}'..='\u{36f}' => Kind::Invisible, // combining accents
        _ if c.is_uppercase() => Kind::Upper,
        _ if c.is_alphabetic() => Kind::Lower,
        _ if c.is_numeric() => Kind::Digit,
        _ => Kind::Gap,
    }
}

/// Appends the plain lower-case form of a letter or digit.
fn fold(c: char, to: &mut String) {
    if c.is_ascii() {
        to.push(c.to_ascii_lowercase());
        return;
    }
    for c in c.to_lowercase() {
        let plain = match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
            'ç' | 'ć' | 'č' => 'c',
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
            'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
            'ñ' | 'ń' | 'ň' => 'n',
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
            'ý' | 'ÿ' => 'y',
            'ś' | 'š' | 'ş' => 's',
            'ź' | 'ż' | 'ž' => 'z',
            'ł' => 'l',
            'ğ' => 'g',
            // Letters of other scripts that look like Latin ones.
            'а' | 'α' => 'a',
            'в' | 'β' => 'b',
            'с' | 'ϲ' => 'c',
            'ԁ' => 'd',
            'е' | 'ε' => 'e',
            'һ' => 'h',
            'і' | 'ι' => 'i',
            'ј' => 'j',
            'к' | 'κ' => 'k',
            'м' => 'm',
            'ո' => 'n',
            'о' | 'ο' => 'o',
            'р' | 'ρ' => 'p',
            'ԛ' => 'q',
            'ѕ' => 's',
            'т' | 'τ' => 't',
            'ν' => 'v',
            'ԝ' => 'w',
            'х' | 'χ' => 'x',
            'у' => 'y',
            'ß' => {
                to.push('s');
                's'
            }
            'œ' => {
                to.push('o');
                'e'
            }
            'æ' => {
                to.push('a');
                'e'
            }
            // Full-width forms lie in one block, in ASCII order.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0)
                .unwrap_or(c)
                .to_ascii_lowercase(),
            other => other,
        };
        to.push(plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        Words::of(text).iter().map(str::to_owned).collect()
    }

    #[test]
    fn identifiers_are_split_in_any_style() {
        assert_eq!(
            split("BankManagerTransferFunds"),
            ["bank", "manager", "transfer", "funds"]
        );
        assert_eq!(split("gmail__create_draft"), ["gmail", "create", "draft"]);
        assert_eq!(split("sendHTTPRequest"), ["send", "http", "request"]);
        assert_eq!(
            split("drive.vider-corbeille"),
            ["drive", "vider", "corbeille"]
        );
    }

    #[test]
    fn accents_look_alikes_and_invisible_characters_are_undone() {
        assert_eq!(
            split("Créé à Zürich, straße"),
            ["cree", "a", "zurich", "strasse"]
        );
        assert_eq!(split("r\u{435}fund"), ["refund"], "a Cyrillic e");
        assert_eq!(split("re\u{200b}fund"), ["refund"]);
        assert_eq!(split("ｒｅｆｕｎｄ"), ["refund"]);
        assert_eq!(split("e\u{301}te\u{301}"), ["ete"]);
    }

    #[test]
    fn entities_and_digits_for_letters_are_undone() {
        assert_eq!(
            split("re&#102;und &eacute;t&eacute; a&amp;b"),
            ["refund", "ete", "a", "b"]
        );
        assert_eq!(split("re&#x66;und"), ["refund"]);
        assert_eq!(split("AT&T &; &#; &#x110000;"), ["at", "t", "x110000"]);
        assert!(Words::of("d3l3te_all").all().any(Senses::DELETE));
        assert!(Words::of("tr4n5f3r").all().any(Senses::MONEY));
        assert_eq!(split("user42 s3 i18n"), ["user42", "s3", "i18n"]);
    }

    #[test]
    fn one_slip_is_a_slip_and_two_are_not() {
        for (a, b) in [
            ("delte", "delete"),
            ("dleete", "delete"),
            ("deleete", "delete"),
            ("delate", "delete"),
        ] {
            assert!(one_slip(a, b), "{a}");
        }
        for (a, b) in [
            ("delete", "delete"),
            ("deliver", "delete"),
            ("", "ab"),
            ("dlte", "delete"),
        ] {
            assert!(!one_slip(a, b), "{a}");
        }
    }

    #[test]
    fn letters_written_apart_are_joined() {
        assert_eq!(split("we e r s t a t t e n it"), ["we", "erstatten", "it"]);
        assert_eq!(split("a b"), ["a", "b"]);
    }

    #[test]
    fn sentences_end_at_stops_but_not_inside_numbers_and_names() {
        let words = Words::of("Pay 4.50 now. Or read gate.rs");
        let sentences: Vec<_> = words.sentences().collect();
        assert_eq!(sentences, [0..4, 4..8]);
    }

    #[test]
    fn phrases_may_end_words_openly() {
        assert!(Words::of("Un geste commercial").contains("gest* commercial"));
        assert!(!Words::of("Un geste").contains("geste commercial"));
    }
}
