//! The clouds' command lines.

use super::deed::{Deed, ENDING, GIVING, Sort, Wish};
use super::place::{is_live_place, is_trial_place};
use super::shell::Command;
use crate::lexicon::Senses;
use crate::words::Words;

/// Things whose loss is small, or that come back by themselves.
const CHEAP: [&str; 9] = [
    "object-tagging",
    "tags",
    "tag",
    "message",
    "messages",
    "metric-alarm-test",
    "cache",
    "invalidation",
    "event",
];

/// Reads one command of a cloud (`aws`, `gcloud`, `az`, …).
pub fn cloud(command: &Command, deeds: &mut Vec<Deed>) {
    let line = command.args().join(" ");
    let profile = command
        .option(&[
            "--profile",
            "--project",
            "--subscription",
            "--resource-group",
            "-g",
        ])
        .unwrap_or_default();
    let endpoint = command
        .option(&["--endpoint-url", "--endpoint"])
        .unwrap_or_default();
    let trial = is_trial_place(profile) || is_trial_place(endpoint);
    if command.has("--dry-run") || trial && !is_live_place(&line) {
        return;
    }
    let verb = command
        .operands()
        .find(|o| verb_of(o).is_some())
        .unwrap_or_default();
    costs(command, &line, deeds);
    guards(command, &line, deeds);
    power(command, &line, deeds);
    public(command, &line, deeds);
    if command.program() == "vault" {
        vault(command, deeds);
    }
    if !deeds.is_empty() {
        return;
    }
    let ends = verb_of(verb).is_some_and(|v| v == Verb::End);
    let removes = command.says(&["rm", "rb"])
        && (command.has("--recursive") || command.flag('r') || command.has("--force"));
    let whole_sync = command.has("--delete") && command.says(&["sync"])
        || command.program() == "gsutil" && command.says(&["rsync"]) && command.flag('d');
    if ends || removes || whole_sync {
        let things = objects(command, verb);
        if CHEAP.iter().any(|c| verb.ends_with(c))
            || !things.is_empty() && things.iter().all(|t| is_trial_place(t))
        {
            return;
        }
        let named = things.join(" ");
        let object = if named.is_empty() {
            line.clone()
        } else {
            named.clone()
        };
        let what = if named.is_empty() { "things" } else { &named };
        let extra = if command.has("--skip-final-snapshot")
            || command.has("--force-delete-without-recovery")
        {
            ", with no way back"
        } else {
            ""
        };
        deeds.push(Deed::new(
            Sort::Destroy,
            if extra.is_empty() { 0.8 } else { 0.9 },
            &["deletes `", what, "` in the cloud", extra],
            &object,
            ENDING,
        ));
    } else if verb_of(verb) == Some(Verb::Stop) {
        let things = objects(command, verb).join(" ");
        if !is_trial_place(&things) {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.65,
                &["stops `", &things, "`"],
                &[&things, " ", verb].concat(),
                ENDING,
            ));
        }
    }
}

/// Machines that cost much by the hour, or a contract for years.
fn costs(command: &Command, line: &str, deeds: &mut Vec<Deed>) {
    let bound = command.operands().any(|o| {
        o.starts_with("purchase-")
            || o.contains("reserved-") && o.starts_with("create")
            || o == "commitments"
    });
    let starts = command.operands().any(|o| {
        [
            "run-instances",
            "create-cluster",
            "create-nodegroup",
            "request-spot",
            "create-training-job",
            "create-endpoint",
            "create-fleet",
            "create-capacity",
        ]
        .iter()
        .any(|v| o.starts_with(v))
    }) || command.says(&["instances", "clusters", "vm", "tpus", "node-pools"])
        && command.says(&["create", "resize"]);
    let big = [
        "p3.",
        "p4",
        "p5",
        "g5.",
        "g6.",
        "trn1",
        "inf2.",
        "a2-",
        "a3-",
        "a100",
        "h100",
        "h200",
        "nvidia",
        "tpu",
        "standard_nc",
        "standard_nd",
        ".metal",
        "16xlarge",
        "24xlarge",
        "32xlarge",
        "48xlarge",
        "u-",
    ]
    .iter()
    .any(|size| {
        line.to_ascii_lowercase().split([' ', '=']).any(|w| {
            w.starts_with(size)
                || size.starts_with('.') && w.ends_with(size)
                || size.ends_with("xlarge") && w.ends_with(size)
        })
    });
    let count = command.option(&[
        "--count",
        "--max-count",
        "--min-count",
        "--num-nodes",
        "--node-count",
        "--instance-count",
    ]);
    let many = count
        .and_then(|c| c.rsplit(':').next()?.parse::<u32>().ok())
        .is_some_and(|c| c >= 8);
    if bound || starts && (big || many) {
        deeds.push(Deed::by_verb(
            Sort::Change,
            0.75,
            &["spends much money by the hour, or binds for years"],
            Senses::MAKE
                .and(Senses::LAUNCH)
                .and(Senses::ORDER)
                .and(Senses::BUY)
                .and(Senses::EXEC)
                .and(Senses::UPDATE)
                .and(Senses::MEND),
        ));
    }
}

/// What a verb of a cloud does.
#[derive(Clone, Copy, PartialEq)]
enum Verb {
    End,
    Stop,
}

fn verb_of(word: &str) -> Option<Verb> {
    // `delete-bucket`, but `apps:destroy`.
    let first = word.rsplit(':').next().unwrap_or(word);
    match first.split('-').next().unwrap_or(first) {
        "reset" if word.contains(':') => Some(Verb::End),
        "schedule" if word.ends_with("deletion") => Some(Verb::End),
        "delete" | "terminate" | "purge" | "destroy" | "deregister" | "remove"
            if word != "remove-tags" =>
        {
            Some(Verb::End)
        }
        "stop" | "shutdown" | "deallocate" => Some(Verb::Stop),
        _ => None,
    }
}

/// The names of the things: operands behind the verb and values of options
/// that name something.
fn objects<'a>(command: &'a Command, verb: &str) -> Vec<&'a str> {
    let mut things = Vec::new();
    let mut args = command.args().iter().peekable();
    let mut behind = verb.is_empty();
    while let Some(arg) = args.next() {
        if let Some((name, value)) = arg.strip_prefix("--").and_then(|a| a.split_once('=')) {
            if !elsewhere(name) {
                things.push(value);
            }
        } else if let Some(name) = arg.strip_prefix('-') {
            let value = args.next_if(|v| !v.starts_with('-'));
            if let Some(value) = value.filter(|_| !elsewhere(name.trim_start_matches('-'))) {
                things.push(value);
            }
        } else if arg == verb || matches!(arg.as_str(), "rm" | "rb" | "sync") {
            behind = true;
        } else if behind {
            things.push(arg);
        }
    }
    things
}

/// Options that say where or how, not what.
fn elsewhere(option: &str) -> bool {
    matches!(
        option,
        "region"
            | "profile"
            | "output"
            | "zone"
            | "project"
            | "quiet"
            | "q"
            | "o"
            | "format"
            | "subscription"
            | "yes"
            | "y"
            | "skip-final-snapshot"
            | "force"
            | "recursive"
            | "recovery-window-in-days"
            | "endpoint-url"
            | "no-wait"
            | "r"
    )
}

/// Logs, backups, alarms and protections switched off.
fn guards(command: &Command, line: &str, deeds: &mut Vec<Deed>) {
    let words = Words::of(line);
    let all = words.all();
    let verb = command.operands().find(|o| {
        let first = o.split('-').next().unwrap_or(o);
        matches!(
            first,
            "disable"
                | "stop"
                | "delete"
                | "suspend"
                | "deactivate"
                | "remove"
                | "update"
                | "modify"
                | "put"
                | "set"
        )
    });
    let Some(verb) = verb else { return };
    let off = !matches!(
        verb.split('-').next(),
        Some("update" | "modify" | "put" | "set")
    );
    let net = matches!(command.operand(0), "logging" | "monitoring" | "scc") && verb != "read"
        || Words::of(verb).all().any(Senses::SAFETY)
        || command.operand(0).contains("trail")
        || matches!(
            command.operand(0),
            "guardduty" | "securityhub" | "macie2" | "wafv2" | "backup" | "detective"
        )
        || words
            .iter()
            .any(|w| matches!(w, "trail" | "detector" | "waf" | "recorder"));
    let switched = line.contains("no-deletion-protection")
        || line.contains("no-enable-log")
        || line.contains("--no-multi-az")
        || line.contains("backup-retention-period 0")
        || line.contains("Status=Suspended")
        || line.contains("--versioning=off")
        || line.contains("versioning set off");
    if off && net && all.any(Senses::OFF.and(Senses::DELETE).and(Senses::REMOVE)) || switched {
        deeds.push(Deed::new(
            Sort::Guard,
            0.85,
            &[
                "switches off what keeps watch or keeps copies (`",
                verb,
                "`)",
            ],
            line,
            ENDING.and(if switched {
                Senses::UPDATE
            } else {
                Senses::NONE
            }),
        ));
    }
}

/// A store of secrets: who may read them, and keys that last.
fn vault(command: &Command, deeds: &mut Vec<Deed>) {
    let rights = matches!(
        (command.operand(0), command.operand(1)),
        ("policy", "write") | ("token", "create") | ("auth", "enable")
    ) || command.operand(0) == "write"
        && (command.operand(1).contains("/role") || command.operand(1).starts_with("auth/"));
    if rights {
        let object = [
            command.operand(0),
            " policies tokens roles policy token role",
        ]
        .concat();
        deeds.push(Deed::new(
            Sort::Access,
            0.8,
            &["changes who may read secrets"],
            &object,
            GIVING,
        ));
    }
}

/// Roles, users, keys, doors.
fn power(command: &Command, line: &str, deeds: &mut Vec<Deed>) {
    const VERBS: [&str; 20] = [
        "attach-user-policy",
        "attach-role-policy",
        "attach-group-policy",
        "put-user-policy",
        "put-role-policy",
        "create-access-key",
        "create-login-profile",
        "update-login-profile",
        "add-user-to-group",
        "create-user",
        "update-assume-role-policy",
        "add-iam-policy-binding",
        "set-iam-policy",
        "authorize-security-group-ingress",
        "authorize-security-group-egress",
        "create-key",
        "add-permission",
        "create-service-specific-credential",
        "put-key-policy",
        "modify-image-attribute",
    ];
    let verb = command.operands().find(|o| VERBS.contains(o));
    let az = matches!(
        (command.operand(0), command.operand(1), command.operand(2)),
        ("role", "assignment", "create") | ("ad", "user", "create")
    ) || line.starts_with("ad sp create-for-rbac")
        || line.starts_with("keyvault set-policy")
        || line.starts_with("iam service-accounts keys create")
        || line.starts_with("compute os-login ssh-keys add");
    let rule = line.starts_with("compute firewall-rules create")
        || line.starts_with("compute firewall-rules update")
        || line.contains("nsg rule create");
    let open = line.contains("0.0.0.0/0")
        || line.contains("::/0")
        || line.contains("--source-address-prefixes *");
    if (verb.is_some_and(|v| v.starts_with("authorize-security")) || rule) && !open {
        return;
    }
    if verb.is_none() && !az && !rule {
        return;
    }
    let verb = verb.unwrap_or("opens");
    let does: &[&str] = if open || rule {
        &["opens a door to the whole internet (`0.0.0.0/0`)"]
    } else if verb.contains("key") || line.contains("keys create") || verb.contains("profile") {
        &["makes a key that can log in"]
    } else {
        &["gives rights in the cloud"]
    };
    let web = ["443", "80"].iter().any(|port| {
        command.args().iter().any(|a| {
            a == port || a.ends_with(&[":", port].concat()) || a.ends_with(&["=", port].concat())
        })
    });
    // A door for one address is no door for all.
    let object = match open && !web {
        true => "public publicly everyone everybody anyone anywhere internet world 0.0.0.0 offentlich alle todos tous internet".to_owned(),
        false => objects(command, verb).join(" "),
    };
    deeds.push(Deed::new(Sort::Access, 0.8, does, &object, GIVING));
}

/// Buckets and images for everybody.
fn public(command: &Command, line: &str, deeds: &mut Vec<Deed>) {
    let everybody = line.contains("public-read")
        || line.contains("allUsers")
        || line.contains("allAuthenticatedUsers")
        || line.contains("--allow-unauthenticated")
        || line.contains("--public-access blob")
        || line.contains("--public-access container")
        || line.contains("--allow-blob-public-access true")
        || line.contains("--publicly-accessible") && !line.contains("--no-publicly-accessible")
        || line.contains("delete-public-access-block")
        || line.contains("BlockPublicAcls=false")
        || line.contains("\"Principal\":\"*\"")
        || line.contains("\"Principal\": \"*\"")
        || line.contains("\"AWS\":\"*\"");
    if everybody {
        let things = objects(command, "").join(" ");
        deeds.push(Deed::new(
            Sort::Access,
            0.85,
            &["shows it to everybody on the internet"],
            &[&things, " public"].concat(),
            Senses::PUBLISH.and(Senses::SHARE).and(GIVING),
        ));
        if let Some(deed) = deeds.last_mut() {
            deed.wish = Wish::Named("public publicly open everyone world website".to_owned());
        }
    }
}
