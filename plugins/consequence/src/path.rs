//! What a path is worth, by what it is called.

/// What losing a path would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The root of a machine, a home or a project: nobody deletes that in passing.
    Root,
    /// Somebody's own work, as far as one can tell.
    Own,
    /// Built, fetched or temporary: it can be made again.
    Made,
}

/// Roots, however they are spelled.
const ROOTS: [&str; 22] = [
    "", "/", "~", "$HOME", "${HOME}", ".", "..", "*", "/etc", "/var", "/usr", "/home", "/root",
    "/opt", "/srv", "/boot", "/lib", "/bin", "/data", "/mnt", ".git", "C:",
];

/// Folders whose content a tool makes again.
const MADE: [&str; 15] = [
    "build",
    "dist",
    "target",
    "out",
    "node_modules",
    "__pycache__",
    "coverage",
    "obj",
    "tmp",
    "temp",
    "cache",
    ".cache",
    ".next",
    "venv",
    ".venv",
];

/// Judges a path as a command names it.
pub fn worth(path: &str) -> Worth {
    let path = path
        .strip_suffix("/*")
        .unwrap_or(path)
        .trim_end_matches('/');
    let somebodys = path
        .strip_prefix("/home/")
        .or_else(|| path.strip_prefix("/Users/"));
    if ROOTS.contains(&path) || somebodys.is_some_and(|rest| !rest.contains('/')) {
        return Worth::Root;
    }
    if path.ends_with("..") {
        return Worth::Root;
    }
    let made = |part: &str| {
        let ending = [".egg-info", ".pyc", ".tmp", "_cache"];
        MADE.contains(&part) || ending.iter().any(|e| part.ends_with(e))
    };
    let temporary = ["/tmp/", "/var/tmp/", "$TMPDIR"]
        .iter()
        .any(|root| path.starts_with(root));
    if !path.contains("..") && (temporary || path.split('/').any(made)) {
        return Worth::Made;
    }
    Worth::Own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_made_again_is_told_from_roots_and_work() {
        for path in ["/", "~/", "$HOME", "/home/ana", "../..", "/var/*", "./../"] {
            assert_eq!(worth(path), Worth::Root, "{path}");
        }
        for path in [
            "build",
            "./web/dist/",
            "/tmp/x",
            "~/p/node_modules",
            "target/debug",
        ] {
            assert_eq!(worth(path), Worth::Made, "{path}");
        }
        for path in [
            "src",
            "/tmp/../etc",
            "/etc/nginx",
            "~/photos",
            "/home/ana/work",
        ] {
            assert_eq!(worth(path), Worth::Own, "{path}");
        }
    }
}
