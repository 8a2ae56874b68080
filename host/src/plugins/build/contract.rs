//! The contract as a language's tool gets it: one world, without what the pack is not
//! granted.
//!
//! Python's engine imports every function of its world, used or not. So a pack that needs
//! no grant is built against a contract without functions.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::BuildError;
use crate::plugins::pack::PackError;
use crate::policy::Grant;

/// The contract's file.
pub(super) const FILE: &str = "policy.wit";
/// Where a pack has it.
const WIT: &str = "wit/policy.wit";
const SESSION: &str = "  resource session {";
const END: &str = "\n  }\n";

/// A folder with the pack's contract, for as long as it is needed.
pub(super) fn folder(pack: &Path, grants: &[Grant]) -> Result<TempDir, BuildError> {
    let path = pack.join(WIT);
    let text = fs::read_to_string(&path).map_err(|cause| PackError::Read { path, cause })?;
    let written = tempfile::tempdir().and_then(|folder| {
        fs::write(folder.path().join(FILE), granted(&text, grants))?;
        Ok(folder)
    });
    written.map_err(|cause| BuildError::Write {
        path: "a temporary folder".into(),
        cause,
    })
}

/// The contract with the world `plugin` only, since the linker of C takes no more than
/// one, and with the session's functions or without.
fn granted(contract: &str, grants: &[Grant]) -> String {
    let mut other = false;
    let kept = contract.lines().filter(|line| {
        other |= line.starts_with("world ") && !line.starts_with("world plugin ");
        let keep = !other;
        other &= *line != "}";
        keep
    });
    let contract: String = kept.flat_map(|line| [line, "\n"]).collect();
    let parts = contract
        .split_once(SESSION)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    match parts {
        Some((before, after)) if !grants.contains(&Grant::History) => {
            format!("{before}  resource session;\n{after}")
        }
        _ => contract,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = include_str!("../../../../wit/policy.wit");

    #[test]
    fn without_the_grant_the_session_has_no_functions() {
        let without = granted(CONTRACT, &[]);
        assert!(without.contains("  resource session;\n}"), "{without}");
        for function in ["find-values:", "labels: func", "intent: func"] {
            assert!(CONTRACT.contains(function) && !without.contains(function));
        }
        assert!(without.contains("export scorer;"));
        let with = granted(CONTRACT, &[Grant::History]);
        assert!(with.contains("find-values:") && with.contains("interface observer {"));
    }

    #[test]
    fn there_is_one_world() {
        let contract = granted(CONTRACT, &[Grant::History]);
        let worlds = contract.lines().filter(|line| line.starts_with("world "));
        assert_eq!(worlds.collect::<Vec<_>>(), ["world plugin {"]);
        let count = |text: &str, sign: char| text.matches(sign).count();
        assert_eq!(count(&contract, '{'), count(&contract, '}'));
    }
}
