//! The fuzz targets without a fuzzer: each replays its seeds (`fuzz/seeds`), then
//! mutations of them, always the same ones.
#![allow(clippy::unwrap_used)]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

/// Replays a target's seeds, then runs this many mutations of them, or as many as
/// `COLDNOTCH_MUTATIONS` says.
fn smoke(target: &str, run: fn(&[u8]), mutations: u64) {
    let asked = std::env::var("COLDNOTCH_MUTATIONS").ok();
    let mutations = asked.map_or(mutations, |number| number.parse().unwrap());
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds"));
    let files = fs::read_dir(folder.join(target)).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let seeds: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    for (file, seed) in files.iter().zip(&seeds) {
        run_or_say(run, seed, &file.display().to_string());
    }
    for number in 0..mutations {
        let mutant = Mutator(number).mutant(&seeds);
        run_or_say(run, &mutant, &format!("mutation {number}"));
    }
}

/// A failure names what led to it; `fuzz/README.md` says how to go on from there.
fn run_or_say(run: fn(&[u8]), data: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(data))) {
        eprintln!("{what}: {}", data.escape_ascii());
        resume_unwind(panic);
    }
}

/// Random numbers that are the same everywhere (SplitMix64); it begins with the
/// mutation's number.
struct Mutator(u64);

impl Mutator {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// One of the seeds, changed in a few places.
    fn mutant(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut data = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            self.change(&mut data, seeds);
        }
        data
    }

    fn change(&mut self, data: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        const TELLING: &[u8] = b"\0\x01\x7f\x80\xff\n\"\\{}[],:.-0919eE\x1e\xc3";
        let at = self.below(data.len() + 1);
        let end = (at + self.below(32)).min(data.len());
        match self.below(6) {
            0 => data.truncate(at),
            1 => drop(data.drain(at..end)),
            2 => data.insert(at, TELLING[self.below(TELLING.len())]),
            3 => {
                let other = &seeds[self.below(seeds.len())];
                let from = self.below(other.len());
                let upto = (from + self.below(64)).min(other.len());
                drop(data.splice(at..end, other[from..upto].iter().copied()));
            }
            _ => {
                if let Some(byte) = data.get_mut(at) {
                    *byte = match self.below(2) {
                        0 => TELLING[self.below(TELLING.len())],
                        _ => *byte ^ (1 << self.below(8)),
                    };
                }
            }
        }
    }
}

#[test]
fn answers_of_guests_are_what_their_memory_says() {
    smoke("answer", fuzz::answer::run, 30_000);
}

#[test]
fn audit_readers_agree_about_any_file() {
    smoke("audit", fuzz::audit::run, 3_000);
}

#[test]
fn a_foreign_component_is_loaded_or_refused() {
    smoke("component", fuzz::component::run, 2_000);
}

#[test]
fn a_configuration_is_checked_or_refused() {
    smoke("config", fuzz::config::run, 30_000);
}

#[test]
fn the_engine_answers_whatever_comes_in() {
    smoke("consequence", fuzz::consequence::run, 4_000);
}

#[test]
fn leaves_of_a_session_are_found_and_answers_bounded() {
    smoke("find_values", fuzz::find_values::run, 20_000);
}

#[test]
fn a_lock_is_canonical_or_refused() {
    smoke("lock", fuzz::lock::run, 10_000);
}

#[test]
fn a_manifest_survives_its_component_or_is_refused() {
    smoke("manifest", fuzz::manifest::run, 20_000);
}

#[test]
fn messages_are_canonical_or_refused() {
    smoke("message", fuzz::message::run, 50_000);
}

#[test]
fn recorded_sessions_are_judged_or_refused() {
    smoke("recording", fuzz::recording::run, 50_000);
}

#[test]
fn a_signature_is_what_its_key_made_or_none() {
    smoke("signature", fuzz::signature::run, 5_000);
}

#[test]
fn a_trust_file_trusts_whom_it_names_or_is_refused() {
    smoke("trust", fuzz::trust::run, 5_000);
}
