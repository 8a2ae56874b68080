//! Learns the table from the sentences, and says how well it does.
//!
//! A linear support vector machine (squared hinge loss, dual coordinate
//! descent): additions and multiplications in a fixed order, so that any machine
//! makes the same file of the same sentences.
//!
//! `UPDATE=1 cargo test -p coldnotch-consequence binding` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic)] // it runs as a test

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// The languages: each has a file of lines with a label, a class and a sentence.
const LANGUAGES: [&str; 4] = ["en", "fr", "de", "es"];

/// How strongly an error counts against large weights.
const COST: f64 = 0.1;
/// How often all sentences are gone through.
const ROUNDS: usize = 20;
/// How often a feature must occur to be learned.
const MIN_COUNT: u32 = 2;
/// How many features are kept, the heaviest.
const KEPT: usize = 13_000;
/// A weight of one, in the table.
const ONE: f64 = 64.0;
/// Neighbouring sentences are often pairs: they are learned or asked together.
const BLOCK: usize = 20;
/// Parts of a cross-validation.
const FOLDS: usize = 5;

struct Example {
    language: &'static str,
    class: String,
    binds: bool,
    block: usize,
    features: Vec<u32>,
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    let mut blocks = 0;
    for language in LANGUAGES {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/binding");
        let text = std::fs::read_to_string(format!("{folder}/{language}.tsv")).unwrap();
        for (i, line) in text.lines().enumerate() {
            let mut columns = line.splitn(3, '\t');
            let (Some(label), Some(class), Some(sentence)) =
                (columns.next(), columns.next(), columns.next())
            else {
                panic!("{language}.tsv line {}: three columns", i + 1);
            };
            assert!(matches!(label, "0" | "1"), "{language}.tsv line {}", i + 1);
            blocks += usize::from(i % BLOCK == 0);
            examples.push(Example {
                language,
                class: class.to_owned(),
                binds: label == "1",
                block: blocks,
                features: features(sentence),
            });
        }
    }
    examples
}

/// The features of a text, some of them more than once.
fn features(text: &str) -> Vec<u32> {
    let words = Words::of(text);
    let mut features: Vec<u32> = Vec::new();
    let mut before = OPEN;
    for word in words.iter() {
        let (whole, beginning) = hash(word.as_bytes());
        features.push(mix(whole, 1));
        features.extend(beginning.map(|beginning| mix(beginning, 2)));
        features.push(pair(before, whole));
        before = whole;
    }
    if !words.is_empty() {
        features.push(pair(before, CLOSE));
    }
    features
}

/// A learned table.
struct Model {
    weights: BTreeMap<u32, i8>,
    bias: i16,
}

impl Model {
    fn score(&self, features: &[u32]) -> i32 {
        let sum: i32 = features
            .iter()
            .filter_map(|f| self.weights.get(f))
            .map(|w| i32::from(*w))
            .sum();
        sum + i32::from(self.bias)
    }

    /// The bytes of [`TABLE`]. Where more than four features share a bucket the
    /// lightest are left out.
    fn bytes(&self) -> Vec<u8> {
        let mut buckets = vec![Vec::new(); BUCKETS];
        for (feature, weight) in &self.weights {
            let (bucket, check) = place(*feature);
            buckets[bucket].push((check, *weight));
        }
        let mut bytes = self.bias.to_le_bytes().to_vec();
        for mut slots in buckets {
            slots.sort_by_key(|(check, weight)| (std::cmp::Reverse(weight.unsigned_abs()), *check));
            slots.resize(BUCKET / 2, (0, 0));
            bytes.extend(
                slots
                    .iter()
                    .flat_map(|(check, weight)| [*check, *weight as u8]),
            );
        }
        bytes
    }
}

fn train(examples: &[&Example]) -> Model {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for example in examples {
        let mut distinct = example.features.clone();
        distinct.sort_unstable();
        distinct.dedup();
        for feature in distinct {
            *counts.entry(feature).or_default() += 1;
        }
    }
    counts.retain(|_, count| *count >= MIN_COUNT);
    let index: BTreeMap<u32, usize> = counts.keys().enumerate().map(|(i, f)| (*f, i)).collect();
    let rows: Vec<(f64, Vec<usize>)> = examples
        .iter()
        .map(|e| {
            let known = e.features.iter().filter_map(|f| index.get(f).copied());
            // The last weight is the constant term.
            (
                if e.binds { 1.0 } else { -1.0 },
                known.chain([index.len()]).collect(),
            )
        })
        .collect();
    let weights = descend(&rows, index.len() + 1);
    let scaled = |w: f64| (w * ONE).round().clamp(-127.0, 127.0) as i8;
    let mut kept: Vec<(u32, i8)> = index
        .iter()
        .map(|(f, i)| (*f, scaled(weights[*i])))
        .collect();
    kept.retain(|(_, w)| *w != 0);
    kept.sort_by_key(|(feature, w)| (std::cmp::Reverse(w.unsigned_abs()), *feature));
    kept.truncate(KEPT);
    Model {
        weights: kept.into_iter().collect(),
        bias: (weights[index.len()] * ONE).round() as i16,
    }
}

/// Dual coordinate descent (Hsieh et al., 2008) for the squared hinge loss.
fn descend(rows: &[(f64, Vec<usize>)], size: usize) -> Vec<f64> {
    let mut weights = vec![0.0; size];
    let mut alphas = vec![0.0; rows.len()];
    let mut counts = vec![0.0; size];
    let norms: Vec<f64> = rows
        .iter()
        .map(|(_, row)| {
            row.iter().for_each(|i| counts[*i] += 1.0);
            let norm = row.iter().map(|i| counts[*i]).sum::<f64>();
            row.iter().for_each(|i| counts[*i] = 0.0);
            norm
        })
        .collect();
    let ridge = 0.5 / COST;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut seed = 1_u64;
    for _ in 0..ROUNDS {
        for i in (1..order.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            order.swap(i, (seed >> 33) as usize % (i + 1));
        }
        for &i in &order {
            let (label, row) = &rows[i];
            let margin = label * row.iter().map(|f| weights[*f]).sum::<f64>();
            let gradient = margin - 1.0 + ridge * alphas[i];
            let next = f64::max(alphas[i] - gradient / (norms[i] + ridge), 0.0);
            let step = (next - alphas[i]) * label;
            alphas[i] = next;
            row.iter().for_each(|f| weights[*f] += step);
        }
    }
    weights
}

/// The score of each example by a model that has not seen its block.
fn unseen_scores(examples: &[Example]) -> Vec<i32> {
    let mut scores = vec![0; examples.len()];
    for fold in 0..FOLDS {
        // Blocks are dealt out by their number, mixed.
        let asked = |e: &Example| mix(e.block as u32, 9) as usize % FOLDS == fold;
        let learned: Vec<&Example> = examples.iter().filter(|e| !asked(e)).collect();
        let model = train(&learned);
        for (score, example) in scores.iter_mut().zip(examples) {
            if asked(example) {
                *score = model.score(&example.features);
            }
        }
    }
    scores
}

/// How often a sentence that binds scores above one that does not.
fn area(scored: &[(i32, bool)]) -> f64 {
    let mut scored = scored.to_vec();
    scored.sort_unstable();
    let (mut below, mut pairs) = (0.0, 0.0);
    for same in scored.chunk_by(|a, b| a.0 == b.0) {
        let ones = same.iter().filter(|(_, binds)| *binds).count() as f64;
        let zeros = same.len() as f64 - ones;
        pairs += ones * (below + zeros / 2.0);
        below += zeros;
    }
    pairs / (below * (scored.len() as f64 - below))
}

/// The score above which a share of the sentences that do not bind lies.
fn cut(scored: &[(i32, bool)], share: f64) -> i32 {
    let mut zeros: Vec<i32> = scored.iter().filter(|s| !s.1).map(|s| s.0).collect();
    zeros.sort_unstable();
    zeros[((zeros.len() as f64) * (1.0 - share)) as usize]
}

fn recall(scored: &[(i32, bool)], above: i32) -> f64 {
    let ones = scored.iter().filter(|s| s.1);
    ones.clone().filter(|s| s.0 > above).count() as f64 / ones.count() as f64
}

#[test]
fn the_table_is_of_these_sentences() {
    let examples = examples();
    let bytes = train(&examples.iter().collect::<Vec<_>>()).bytes();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/binding/weights.bin");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &bytes).unwrap();
    } else {
        assert!(bytes == TABLE, "{path} is not of these sentences: UPDATE=1");
    }
}

#[test]
fn unseen_sentences_are_told_apart() {
    let examples = examples();
    let scores = unseen_scores(&examples);
    let all: Vec<(i32, bool)> = scores
        .iter()
        .zip(&examples)
        .map(|(s, e)| (*s, e.binds))
        .collect();
    let right = all.iter().filter(|(s, binds)| (*s > 0) == *binds).count() as f64;
    println!(
        "{} sentences: right {:.3}, area {:.3}, recall {:.3} at 5 % false (above {}), {:.3} at 10 % (above {})",
        all.len(),
        right / all.len() as f64,
        area(&all),
        recall(&all, cut(&all, 0.05)),
        cut(&all, 0.05),
        recall(&all, cut(&all, 0.1)),
        cut(&all, 0.1),
    );
    let cut = cut(&all, 0.05);
    let part = |is: &dyn Fn(&Example) -> bool| -> Vec<(i32, bool)> {
        let both = all.iter().zip(&examples);
        both.filter(|(_, e)| is(e))
            .map(|(scored, _)| *scored)
            .collect()
    };
    for language in LANGUAGES {
        let part = part(&|e| e.language == language);
        println!(
            "  {language}: {} sentences, area {:.3}",
            part.len(),
            area(&part)
        );
    }
    let classes: BTreeSet<&str> = examples.iter().map(|e| e.class.as_str()).collect();
    for class in classes {
        let ones = part(&|e| e.class == class && e.binds);
        let zeros = part(&|e| e.class == class && !e.binds);
        let above = |part: &[(i32, bool)]| part.iter().filter(|s| s.0 > cut).count();
        println!(
            "  {class}: {} of {} that bind, {} of {} that do not",
            above(&ones),
            ones.len(),
            above(&zeros),
            zeros.len()
        );
    }
    println!(
        "  above {BINDS}: recall {:.3}, false {:.3}",
        recall(&all, BINDS),
        all.iter().filter(|s| !s.1 && s.0 > BINDS).count() as f64
            / all.iter().filter(|s| !s.1).count() as f64
    );
    assert!(area(&all) > 0.9);
}
