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
const ROOTS: [&str; 34] = [
    "",
    "/",
    "~",
    "$HOME",
    "${HOME}",
    "$PWD",
    "$()",
    ".",
    "..",
    "*",
    "/etc",
    "/var",
    "/usr",
    "/home",
    "/root",
    "/opt",
    "/srv",
    "/boot",
    "/lib",
    "/bin",
    "/sbin",
    "/data",
    "/mnt",
    "/Users",
    "/dev",
    "/var/lib",
    "/var/www",
    ".git",
    "C:",
    "C:\\Windows",
    "C:\\Users",
    "/backup",
    "/backups",
    "/app",
];

/// Folders and files a tool makes again.
const MADE: &[&str] = &[
    "build",
    "dist",
    "target",
    "out",
    "node_modules",
    "__pycache__",
    "coverage",
    "htmlcov",
    "obj",
    "tmp",
    "temp",
    "cache",
    "caches",
    ".cache",
    ".next",
    ".nuxt",
    "venv",
    ".venv",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".gradle",
    ".terraform",
    ".parcel-cache",
    ".turbo",
    ".nyc_output",
    "DerivedData",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "Cargo.lock",
    "poetry.lock",
    "_build",
    "_site",
    ".jekyll-cache",
    ".sass-cache",
    ".svelte-kit",
    ".docusaurus",
    ".angular",
    "storybook-static",
    ".serverless",
    ".aws-sam",
    "test-results",
    "__snapshots__",
    "scratch",
    "CMakeFiles",
    ".eggs",
];

/// Endings of files a tool makes again.
const MADE_ENDINGS: [&str; 14] = [
    ".egg-info",
    ".pyc",
    ".pyo",
    ".tmp",
    "_cache",
    ".o",
    ".class",
    ".swp",
    ".bak~",
    ".DS_Store",
    ".log.gz",
    ".coverage",
    ".tsbuildinfo",
    "-cache",
];

/// Judges a path as a command names it.
pub fn worth(path: &str) -> Worth {
    let path = path
        .strip_suffix("/*")
        .or_else(|| path.strip_suffix("\\*"))
        .or_else(|| path.strip_suffix("/.*"))
        .unwrap_or(path);
    let path = path.trim_end_matches(['/', '\\']);
    let path = path
        .strip_prefix("./")
        .filter(|p| !p.is_empty())
        .unwrap_or(path);
    let somebodys = path
        .strip_prefix("/home/")
        .or_else(|| path.strip_prefix("/Users/"))
        .or_else(|| path.strip_prefix("C:\\Users\\"));
    if ROOTS.contains(&path) || somebodys.is_some_and(|rest| !rest.contains(['/', '\\'])) {
        return Worth::Root;
    }
    if path.ends_with("..") {
        return Worth::Root;
    }
    let made = |part: &str| MADE.contains(&part) || MADE_ENDINGS.iter().any(|e| part.ends_with(e));
    let temporary = [
        "/tmp/",
        "/var/tmp/",
        "$TMPDIR",
        "${TMPDIR",
        "$RUNNER_TEMP",
        "/dev/shm/",
        "/private/tmp/",
    ]
    .iter()
    .any(|root| path.starts_with(root));
    if !path.contains("..") && (temporary || path.split(['/', '\\']).any(made)) {
        return Worth::Made;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if !path.contains("..") && super::place::is_trial_place(name) && !is_valued(path) {
        return Worth::Made;
    }
    Worth::Own
}

/// True for a disk as a device.
pub fn is_disk(path: &str) -> bool {
    [
        "/dev/sd",
        "/dev/nvme",
        "/dev/disk",
        "/dev/hd",
        "/dev/vd",
        "/dev/xvd",
        "/dev/mapper/",
        "/dev/md",
        "\\\\.\\Physical",
    ]
    .iter()
    .any(|d| path.starts_with(d))
}

/// True when `part` stands in `path`: for short texts, where preparing a search
/// costs more than the search itself.
pub fn holds(path: &str, part: &str) -> bool {
    let (path, part) = (path.as_bytes(), part.as_bytes());
    path.windows(part.len())
        .any(|at| at[0] == part[0] && at == part)
}

/// Texts to look for in many paths.
struct Parts<const N: usize>([(&'static str, u64); N]);

impl<const N: usize> Parts<N> {
    const fn of(texts: [&'static str; N]) -> Parts<N> {
        let mut parts = [("", 0); N];
        let mut i = 0;
        while i < N {
            parts[i] = (texts[i], pairs(texts[i]));
            i += 1;
        }
        Parts(parts)
    }

    /// True when one of them stands in the path, whose pairs are known: they tell
    /// of most that they do not.
    fn stand_in(&self, path: &str, known: u64) -> bool {
        let mut parts = self.0.iter();
        parts.any(|(text, pairs)| pairs & !known == 0 && holds(path, text))
    }
}

/// The neighbours in a text, each two as one of 64 bits.
const fn pairs(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut pairs = 0;
    let mut i = 1;
    while i < bytes.len() {
        let bit = bytes[i - 1].wrapping_mul(7) ^ bytes[i];
        pairs |= 1 << (bit & 63);
        i += 1;
    }
    pairs
}

/// Endings of files that hold what nothing else holds.
const DATA: &[&str] = &[
    ".db", ".sqlite", ".sqlite3", ".sql", ".dump", ".bak", ".backup", ".mdb", ".tfstate", ".pem",
    ".key", ".kdbx", ".p12", ".pfx", ".jks", ".ibd", ".wal", ".dbf", ".env", ".rdb", ".aof",
    ".sql.gz", ".dump.gz", ".tar.gz",
];

/// Endings of copies: written all day, and dear once they are there.
const COPIES: &[&str] = &[
    ".sql", ".dump", ".bak", ".backup", ".sql.gz", ".dump.gz", ".tar.gz", ".pem", ".key",
];

/// True for a file that is a copy of something by its name.
pub fn is_copy(path: &str) -> bool {
    COPIES.iter().any(|e| path.ends_with(e))
}

/// True for a file that holds data, keys or the state of a system.
pub fn is_valued(path: &str) -> bool {
    const PRODUCTION: [&str; 4] = ["-prod.", "_prod.", ".prod.", "production"];
    let path = path.trim_end_matches(['/', '\\']);
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let throwaway = || {
        ["example", "sample", "test", "template", "dev."]
            .iter()
            .any(|part| holds(name, part))
            || name.starts_with("local.")
    };
    let last = name.bytes().next_back();
    let valued = DATA
        .iter()
        .any(|e| e.bytes().next_back() == last && name.ends_with(e))
        || [".env", "prod."].iter().any(|p| name.starts_with(p))
        || ["/etc/", "/boot/", "/var/lib/", "C:\\Windows"]
            .iter()
            .any(|p| path.starts_with(p))
        || holds(name, "prod") && PRODUCTION.iter().any(|part| holds(name, part));
    valued && !throwaway()
}

/// What a path checks before code is taken, when it does.
pub fn checks(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if holds(path, ".git/hooks/")
        || holds(path, ".husky/")
        || holds(path, ".githooks/")
        || name == ".pre-commit-config.yaml"
    {
        Some("which checks every commit")
    } else if holds(path, ".github/workflows")
        || matches!(
            name,
            ".gitlab-ci.yml" | "Jenkinsfile" | "CODEOWNERS" | ".circleci"
        )
    {
        Some("which checks what is taken")
    } else {
        None
    }
}

const BY_THE_CLOCK: Parts<2> = Parts::of(["/etc/cron", "/var/spool/cron"]);
const AT_EVERY_START: Parts<3> =
    Parts::of(["/etc/systemd/system", "/systemd/user/", "/etc/init.d/"]);
const AT_EVERY_LOGIN: Parts<5> = Parts::of([
    "LaunchAgents/",
    "LaunchDaemons/",
    "autostart/",
    "Startup\\",
    "/StartUp/",
]);
const AT_EVERY_COMMIT: Parts<3> = Parts::of([".git/hooks/", ".githooks/", ".husky/"]);
const IN_EVERY_SHELL: Parts<1> = Parts::of(["/etc/profile"]);
const IN_EVERY_PROGRAM: Parts<1> = Parts::of(["/etc/ld.so"]);

/// What makes a path come back by itself, when it does.
pub fn returns(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = pairs(path);
    if BY_THE_CLOCK.stand_in(path, known) || path == "crontab" {
        Some("which runs by the clock (cron)")
    } else if AT_EVERY_START.stand_in(path, known) || name == "rc.local" {
        Some("which runs at every start (service)")
    } else if AT_EVERY_LOGIN.stand_in(path, known) {
        Some("which runs at every login (autostart)")
    } else if AT_EVERY_COMMIT.stand_in(path, known) {
        Some("which runs at every commit or push (hook)")
    } else if matches!(
        name,
        ".bashrc"
            | ".zshrc"
            | ".profile"
            | ".bash_profile"
            | ".zprofile"
            | ".zshenv"
            | ".bash_login"
            | "config.fish"
    ) || IN_EVERY_SHELL.stand_in(path, known)
        || path == "/etc/bash.bashrc"
        || path == "/etc/environment"
    {
        Some("which runs in every shell (profile)")
    } else if name == "ld.so.preload" || IN_EVERY_PROGRAM.stand_in(path, known) {
        Some("which is loaded into every program")
    } else {
        None
    }
}

/// Whom a path admits to a machine, when it does, and the words a user has for it.
pub fn admits(path: &str) -> Option<(&'static str, &'static str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "authorized_keys" || name == "authorized_keys2" {
        Some((
            "which says whose key may log in",
            "key keys ssh authorized_keys cle schlussel clave",
        ))
    } else if matches!(path, "/etc/passwd" | "/etc/shadow" | "/etc/group") {
        Some((
            "which says which users may log in",
            "passwd shadow user account password",
        ))
    } else if path.starts_with("/etc/sudoers") {
        Some(("which says who may act as root", "sudo sudoers root"))
    } else if path.starts_with("/etc/ssh/sshd_config") || path.starts_with("/etc/pam.d/") {
        Some(("which says how one logs in", "sshd ssh login pam"))
    } else if path == "/etc/hosts" || path == "/etc/resolv.conf" {
        Some((
            "which says which machine a name means",
            "hosts host dns resolv resolver",
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_made_again_is_told_from_roots_and_work() {
        for path in [
            "/",
            "~/",
            "$HOME",
            "/home/ana",
            "../..",
            "/var/*",
            "./../",
            "./*",
            "./",
            "C:\\",
            "/var/lib/",
        ] {
            assert_eq!(worth(path), Worth::Root, "{path}");
        }
        for path in [
            "build",
            "./web/dist/",
            "/tmp/x",
            "~/p/node_modules",
            "target/debug",
            "scratch-area",
            "src/a.pyc",
            "./.pytest_cache",
            "/tmp/*",
            "test_output",
        ] {
            assert_eq!(worth(path), Worth::Made, "{path}");
        }
        for path in [
            "src",
            "/tmp/../etc",
            "/etc/nginx",
            "~/photos",
            "/home/ana/work",
            "prod-test-results-main",
        ] {
            assert_eq!(worth(path), Worth::Own, "{path}");
        }
    }
}
