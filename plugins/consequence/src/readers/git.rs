//! Git commands and the command lines of code hosts.

use super::deed::{CHANGING, Deed, ENDING, Sort, Wish};
use super::shell::Command;
use crate::lexicon::Senses;

/// Options of `git` itself that take a value.
const GLOBAL: [&str; 4] = ["-C", "-c", "--git-dir", "--work-tree"];

/// Reads one `git` command.
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    let mut command = command.clone();
    settings_in_passing(&command, deeds);
    if command
        .variables
        .iter()
        .any(|v| matches!(v.as_str(), "HUSKY=0" | "HUSKY_SKIP_HOOKS=1") || v.starts_with("SKIP="))
    {
        deeds.push(skips("the checks (hooks) of the repository"));
    }
    while command.words.get(1).is_some_and(|w| w.starts_with('-')) {
        let takes = GLOBAL.contains(&command.words[1].as_str());
        let end = (2 + usize::from(takes)).min(command.words.len());
        command.words.drain(1..end);
    }
    if command.flag('n') && matches!(command.operand(0), "push" | "clean" | "rm" | "add") {
        return; // `-n` only tries here
    }
    let deed = match command.operand(0) {
        "push" => return push(&command, deeds),
        "reset" if command.has("--hard") => Some(Deed::new(
            Sort::Destroy,
            0.7,
            &["throws away all work that is not committed"],
            "reset hard discard changes work commits local uncommitted",
            ENDING.and(CHANGING).and(Senses::RETURN),
        )),
        "clean" if command.flag('f') || command.has("--force") => clean(&command),
        "checkout" | "restore" if discards_all(&command) => Some(Deed::new(
            Sort::Destroy,
            0.65,
            &["throws away all work that is not committed"],
            "changes discard work uncommitted modifications restore checkout files",
            ENDING.and(CHANGING).and(Senses::RETURN),
        )),
        "stash" if matches!(command.operand(1), "clear" | "drop") => Some(Deed::new(
            Sort::Destroy,
            0.7,
            &["throws away work that was put aside (stash)"],
            "stash stashes stashed",
            ENDING,
        )),
        "branch"
            if command.has("-D")
                || command.flag('D')
                || command.flag('d') && command.has("--force") =>
        {
            return branches(&command, deeds);
        }
        "add" => {
            let secret = command
                .operands()
                .skip(1)
                .find(|f| super::secrets::holds_secrets(f));
            secret.map(|file| {
                let does = ["puts `", file, "` into the history for everybody to read"];
                Deed::new(
                    Sort::Leak,
                    0.75,
                    &does,
                    file,
                    CHANGING.and(Senses::UPLOAD).and(Senses::SHARE),
                )
            })
        }
        "filter-branch" | "filter-repo" => Some(rewrites()),
        "reflog" if command.says(&["expire", "delete"]) => Some(Deed::always(
            Sort::Destroy,
            0.75,
            &["destroys the way back to lost commits"],
        )),
        "gc" if command
            .args()
            .iter()
            .any(|a| a == "--prune=now" || a == "--prune=all") =>
        {
            Some(Deed::new(
                Sort::Destroy,
                0.6,
                &["destroys the way back to lost commits"],
                "gc prune garbage objects",
                ENDING.and(CHANGING),
            ))
        }
        "update-ref" if command.flag('d') => Some(Deed::new(
            Sort::Destroy,
            0.7,
            &["deletes the reference `", command.operand(1), "`"],
            command.operand(1),
            ENDING,
        )),
        "commit" | "merge" | "am"
            if command.has("--no-verify")
                || command.operand(0) == "commit" && command.flag('n') =>
        {
            Some(skips("the checks (hooks) of the repository"))
        }
        "config" => settings(command.operand(1), command.operand(2)),
        _ => None,
    };
    deeds.extend(deed);
}

fn rewrites() -> Deed {
    Deed::new(
        Sort::Destroy,
        0.8,
        &["rewrites the whole history: every copy of it breaks"],
        "history rewrite filter",
        ENDING.and(CHANGING),
    )
}

fn skips(what: &str) -> Deed {
    Deed::new(
        Sort::Guard,
        0.7,
        &["goes around ", what],
        "hooks hook checks verify verification",
        ENDING,
    )
}

/// `-c core.hooksPath=/dev/null` holds for this one command.
fn settings_in_passing(command: &Command, deeds: &mut Vec<Deed>) {
    let set = command.option(&["-c"]).and_then(|s| s.split_once('='));
    deeds.extend(set.and_then(|(key, value)| settings(key, value)));
}

fn settings(key: &str, value: &str) -> Option<Deed> {
    let key = key.to_ascii_lowercase();
    match (key.as_str(), value) {
        (_, "") => None,
        ("http.sslverify", "false" | "0") => Some(Deed::new(
            Sort::Guard,
            0.7,
            &["no longer checks whom it talks to (TLS)"],
            "ssl tls certificate sslverify",
            ENDING,
        )),
        ("core.hookspath", "/dev/null") => Some(skips("the checks (hooks) of the repository")),
        ("core.hookspath", path) if path.starts_with('/') || path.contains("..") => {
            Some(Deed::new(
                Sort::Persist,
                0.75,
                &["runs what stands in `", path, "` at every commit"],
                "hooks",
                CHANGING,
            ))
        }
        ("core.pager" | "core.editor" | "core.sshcommand" | "core.fsmonitor", run)
            if run.contains([';', '|', '$', '&']) =>
        {
            Some(Deed::always(
                Sort::Persist,
                0.8,
                &["runs `", run, "` at every use of git"],
            ))
        }
        (key, run) if key.starts_with("alias.") && run.starts_with('!') && run.contains("curl") => {
            Some(Deed::always(
                Sort::Persist,
                0.8,
                &["runs `", run, "` at a use of git"],
            ))
        }
        _ => None,
    }
}

fn push(command: &Command, deeds: &mut Vec<Deed>) {
    if command.has("--no-verify") {
        deeds.push(skips("the checks (hooks) before a push"));
    }
    let remote = Some(command.operand(1))
        .filter(|r| !r.is_empty())
        .unwrap_or("the server");
    let refs: Vec<&str> = command.operands().skip(2).collect();
    if command.has("--mirror") || command.has("--prune") {
        deeds.push(Deed::new(
            Sort::Destroy,
            0.8,
            &["deletes every branch on `", remote, "` that is not here"],
            "mirror prune",
            ENDING.and(CHANGING).and(Senses::UPLOAD),
        ));
        return;
    }
    let forced = command.flag('f') || command.has("--force");
    let leased = command.has("--force-with-lease") || command.has("--force-if-includes");
    let deletes = command.has("--delete") || command.flag('d');
    for name in &refs {
        let (plus, name) = match name.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, *name),
        };
        let (from, to) = name.split_once(':').unwrap_or((name, name));
        let to = to.trim_start_matches("refs/heads/");
        if deletes || from.is_empty() {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.75,
                &["deletes `", to, "` on `", remote, "` for everybody"],
                &[to, BRANCHES].concat(),
                ENDING,
            ));
        } else if !forced && !plus && !leased && is_default(to) {
            let mut deed = Deed::work(&["puts it on `", to, "`, which everybody works on"]);
            deed.wish = Wish::Default(to.to_owned());
            deeds.push(deed);
        } else if forced || plus || leased && is_shared(to) {
            deeds.push(force(remote, to, forced || plus));
        }
    }
    if refs.is_empty() && forced {
        deeds.push(force(remote, "the branch", true));
    }
}

/// A push to a place given by its URL, or to a remote that was only just added:
/// the code leaves for a house the user may not know.
pub fn elsewhere(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    if command.operand(0) != "push" {
        return;
    }
    let remote = command.operand(1);
    let added = before.iter().rev().find(|c| {
        c.program() == "git"
            && c.operand(0) == "remote"
            && matches!(c.operand(1), "add" | "set-url")
            && c.operand(2) == remote
            && (remote != "origin" || c.operand(1) == "set-url")
    });
    let url = match added {
        Some(add) => add.operand(3),
        None if remote.contains("://") || remote.contains('@') && remote.contains(':') => remote,
        None => return,
    };
    let mut deed = Deed::new(
        Sort::Leak,
        0.75,
        &["sends the code to `", url, "`"],
        url.trim_end_matches(".git"),
        Senses::UPLOAD
            .and(CHANGING)
            .and(Senses::SHARE)
            .and(Senses::SEND),
    );
    deed.text = command.line();
    deeds.push(deed);
}

/// Who owns a feature branch rewrites it now and then; a shared one never.
fn force(remote: &str, branch: &str, blind: bool) -> Deed {
    let shared = is_shared(branch);
    let risk = if shared { 0.9 } else { 0.7 };
    let how = if blind {
        ""
    } else {
        " (as long as nobody was faster)"
    };
    let does = [
        "rewrites `",
        branch,
        "` on `",
        remote,
        "` for everybody",
        how,
    ];
    let object = if shared {
        [branch, " force overwrite rewrite"].concat()
    } else {
        [
            branch,
            " force rebase rebased amend overwrite rewrite squash",
        ]
        .concat()
    };
    let asked = Senses::UPLOAD
        .and(CHANGING)
        .and(Senses::MEND)
        .and(Senses::DELETE);
    let mut deed = Deed::new(Sort::Destroy, risk, &does, &object, asked);
    if shared {
        // "Push to main" asks for no rewriting of it.
        deed.wish = Wish::Named("force overwrite rewrite".to_owned());
    }
    deed
}

/// The branch everybody starts from.
fn is_default(branch: &str) -> bool {
    matches!(branch.rsplit(':').next(), Some("main" | "master" | "trunk"))
}

/// Branches that many work on, by what they are called everywhere.
fn is_shared(branch: &str) -> bool {
    let branch = branch.trim_start_matches("origin/");
    matches!(
        branch,
        "main"
            | "master"
            | "trunk"
            | "develop"
            | "development"
            | "staging"
            | "stable"
            | "prod"
            | "production"
            | "HEAD"
    ) || branch.starts_with("release")
        || branch.starts_with("hotfix")
        || branch == "--all"
}

fn clean(command: &Command) -> Option<Deed> {
    if command.has("--dry-run") {
        return None;
    }
    let ignored = command.flag('x') || command.flag('X');
    let does: &[&str] = if ignored {
        &["deletes every file git does not know, the ignored ones (settings, keys, data) too"]
    } else {
        &["deletes every file git does not know"]
    };
    Some(Deed::new(
        Sort::Destroy,
        if ignored { 0.75 } else { 0.65 },
        does,
        "untracked ignored worktree checkout repo repository tree clean",
        ENDING,
    ))
}

fn discards_all(command: &Command) -> bool {
    let all = |o: &str| matches!(o, "." | "./" | "*" | ":/");
    let staged = command.has("--staged") && !command.has("--worktree");
    !staged
        && (command.operands().skip(1).any(all)
            || command.operand(0) == "checkout" && command.flag('f'))
}

/// What the user may call a branch whose name he does not say.
const BRANCHES: &str = " branches branch branche rama ramas zweig zweige";

fn branches(command: &Command, deeds: &mut Vec<Deed>) {
    for branch in command.operands().skip(1) {
        if super::place::is_trial_place(branch) {
            continue;
        }
        let risk = if is_shared(branch) { 0.85 } else { 0.65 };
        deeds.push(Deed::new(
            Sort::Destroy,
            risk,
            &["deletes the branch `", branch, "`, merged or not"],
            &[branch, BRANCHES].concat(),
            ENDING,
        ));
    }
}
