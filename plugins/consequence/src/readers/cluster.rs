//! Clusters and containers: kubectl, helm, docker.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort};
use super::place::{is_live_place, is_trial_place};
use super::shell::Command;
use crate::lexicon::Senses;

/// Things that come back by themselves, or were made to end.
const CHEAP: [&str; 10] = [
    "pod",
    "pods",
    "po",
    "job",
    "jobs",
    "event",
    "events",
    "rs",
    "replicaset",
    "lease",
];

/// Things with everything in them.
const WIDE: [&str; 14] = [
    "ns",
    "namespace",
    "namespaces",
    "pvc",
    "persistentvolumeclaim",
    "persistentvolumeclaims",
    "pv",
    "persistentvolume",
    "crd",
    "crds",
    "customresourcedefinition",
    "statefulset",
    "sts",
    "node",
];

/// Things that guard a cluster, by the beginnings of their kinds.
const GUARDS: [&str; 14] = [
    "validatingwebhook",
    "mutatingwebhook",
    "validatingadmission",
    "networkpolic",
    "netpol",
    "pdb",
    "poddisruptionbudget",
    "resourcequota",
    "quota",
    "limitrange",
    "prometheusrule",
    "podsecuritypolic",
    "clusterpolic",
    "constraint",
];

/// Options of kubectl that take a value.
const TAKES: [&str; 14] = [
    "-n",
    "--namespace",
    "--context",
    "--kubeconfig",
    "-l",
    "--selector",
    "-f",
    "--filename",
    "--cluster",
    "-o",
    "-c",
    "--user",
    "-p",
    "--patch",
];

/// Operands without the values of options.
fn plain<'a>(command: &'a Command, takes: &[&str]) -> Vec<&'a str> {
    let mut plain = Vec::new();
    let mut args = command.args().iter();
    while let Some(arg) = args.next() {
        if takes.contains(&arg.as_str()) {
            args.next();
        } else if !arg.starts_with('-') {
            plain.push(arg.as_str());
        }
    }
    plain
}

/// Reads one `kubectl` command.
pub fn kubectl(command: &Command, deeds: &mut Vec<Deed>) {
    let words = plain(command, &TAKES);
    let at = |i: usize| words.get(i).copied().unwrap_or_default();
    let space = command.option(&["-n", "--namespace"]).unwrap_or_default();
    let context = command
        .option(&["--context", "--cluster", "--kubeconfig"])
        .unwrap_or_default();
    let trial = is_trial_place(context) || is_trial_place(space) && !is_live_place(context);
    match at(0) {
        "delete" if !trial => delete(command, &words, space, deeds),
        "drain" => deeds.push(Deed::new(
            Sort::Destroy,
            0.7,
            &["throws everything off the node `", at(1), "`"],
            &[at(1), " drain node"].concat(),
            ENDING.and(CHANGING),
        )),
        "scale" if command.option(&["--replicas"]) == Some("0") && !trial => {
            let all = command.has("--all");
            let what = if all { "everything there" } else { at(1) };
            deeds.push(Deed::new(
                Sort::Destroy,
                if all { 0.85 } else { 0.75 },
                &["stops `", what, "`: no instance is left"],
                &[at(1), " ", at(2)].concat(),
                ENDING.and(CHANGING),
            ));
        }
        "replace" if command.has("--force") && !trial => deeds.push(Deed::new(
            Sort::Destroy,
            0.65,
            &["deletes and makes anew what the file names"],
            "replace recreate force",
            ENDING.and(CHANGING),
        )),
        "create" if matches!(at(1), "clusterrolebinding" | "rolebinding") => {
            let role = command
                .option(&["--clusterrole", "--role"])
                .unwrap_or(at(2));
            deeds.push(Deed::new(
                Sort::Access,
                0.85,
                &["gives the role `", role, "` over the cluster"],
                role,
                GIVING,
            ));
        }
        "create" if matches!(at(1), "token") => {
            deeds.push(Deed::new(
                Sort::Access,
                0.7,
                &["makes a token for `", at(2), "`"],
                "token",
                GIVING,
            ));
        }
        "apply" | "create" => {
            if let Some(url) = command
                .option(&["-f", "--filename"])
                .filter(|f| f.starts_with("http"))
            {
                let does = ["applies to the cluster what stands at `", url, "`, unread"];
                deeds.push(Deed::new(Sort::Unseen, 0.7, &does, url, CHANGING));
            }
            if let Some(text) = &command.fed
                && text.contains("cluster-admin")
            {
                let does = ["gives the role `cluster-admin` over the cluster"];
                deeds.push(Deed::new(
                    Sort::Access,
                    0.85,
                    &does,
                    "cluster-admin",
                    GIVING,
                ));
            }
        }
        _ => {}
    }
}

fn delete(command: &Command, words: &[&str], space: &str, deeds: &mut Vec<Deed>) {
    let all = command.has("--all")
        || words.contains(&"all")
        || command.has("-A")
        || command.has("--all-namespaces");
    if words.len() < 2 {
        let file = command
            .option(&["-f", "--filename", "-k"])
            .unwrap_or("the files");
        deeds.push(Deed::new(
            Sort::Destroy,
            0.75,
            &["deletes all that `", file, "` names"],
            file,
            ENDING,
        ));
        return;
    }
    let (kind, mut names): (&str, Vec<&str>) = match words[1].split_once('/') {
        Some((kind, _)) => (
            kind,
            words[1..]
                .iter()
                .map(|w| w.split_once('/').map_or(*w, |(_, n)| n))
                .collect(),
        ),
        None => (words[1], words[2..].to_vec()),
    };
    if CHEAP.contains(&kind) && !all {
        return;
    }
    if GUARDS.iter().any(|g| kind.starts_with(g)) {
        let name = names.first().copied().unwrap_or(kind);
        let does = [
            "takes away the ",
            kind,
            " `",
            name,
            "`, which guards the cluster",
        ];
        deeds.push(Deed::new(Sort::Guard, 0.8, &does, name, ENDING));
        return;
    }
    if all || names.is_empty() {
        let place = if space.is_empty() {
            "the namespace"
        } else {
            space
        };
        deeds.push(Deed::new(
            Sort::Destroy,
            0.85,
            &["deletes every `", kind, "` in `", place, "`"],
            "all every everything",
            ENDING,
        ));
        names.clear();
    }
    for name in names.into_iter().filter(|n| !is_trial_place(n)) {
        let (risk, more) = if WIDE.contains(&kind) {
            (0.85, " with everything in it")
        } else {
            (0.75, "")
        };
        deeds.push(Deed::new(
            Sort::Destroy,
            risk,
            &["deletes the ", kind, " `", name, "`", more],
            name,
            ENDING,
        ));
    }
}

/// Reads one `helm` command.
pub fn helm(command: &Command, deeds: &mut Vec<Deed>) {
    let takes = ["-n", "--namespace", "--kube-context", "--timeout"];
    let words = plain(command, &takes);
    let place = command
        .option(&["-n", "--namespace", "--kube-context"])
        .unwrap_or_default();
    if matches!(words.first(), Some(&"uninstall" | &"delete" | &"del")) && !is_trial_place(place) {
        for name in words.iter().skip(1).filter(|n| !is_trial_place(n)) {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.8,
                &["uninstalls the release `", name, "` with all it runs"],
                name,
                ENDING,
            ));
        }
    }
}

/// Reads one `docker`, `podman` or `docker-compose` command.
pub fn docker(command: &Command, deeds: &mut Vec<Deed>) {
    let words: Vec<&str> = command.operands().collect();
    let host = command
        .option(&["-H", "--host", "--context"])
        .unwrap_or_default();
    if is_trial_place(host) {
        return;
    }
    let volumes = command.has("--volumes") || command.flag('v');
    let deed = match &words[..] {
        ["system", "prune", ..] if command.has("--volumes") => {
            Some("deletes all unused volumes and their data")
        }
        ["volume", "prune", ..] => Some("deletes all unused volumes and their data"),
        ["compose" | "stack", rest @ ..] if rest.contains(&"down") && volumes => {
            Some("stops everything and deletes the volumes and their data")
        }
        ["down", ..] if volumes => Some("stops everything and deletes the volumes and their data"),
        ["rm", ..] if command.flag('v') && command.flag('f') => {
            Some("deletes a running container and its volumes")
        }
        ["swarm", "leave", ..] if command.has("--force") => Some("breaks up the swarm"),
        _ => None,
    };
    if let Some(does) = deed {
        deeds.push(Deed::new(
            Sort::Destroy,
            0.75,
            &[does],
            "volume volumes data swarm",
            ENDING,
        ));
    }
    if let ["volume", "rm" | "remove", names @ ..]
    | ["stack" | "service" | "network", "rm" | "remove", names @ ..] = &words[..]
    {
        for name in names.iter().filter(|n| !is_trial_place(n)) {
            let does = ["deletes the ", words[0], " `", name, "` and what it holds"];
            deeds.push(Deed::new(Sort::Destroy, 0.75, &does, name, ENDING));
        }
    }
    if words.contains(&"run") || words.contains(&"create") {
        container_power(command, deeds);
    }
    if words.first() == Some(&"push") {
        let image = words.get(1).copied().unwrap_or_default();
        // A name without a host goes to the public registry.
        if !image
            .split('/')
            .next()
            .is_some_and(|h| h.contains(['.', ':']))
        {
            let does = ["puts the image `", image, "` where everybody can take it"];
            let verbs = Senses::UPLOAD.and(Senses::PUBLISH).and(Senses::ANNOUNCE);
            deeds.push(Deed::by_verb(Sort::Publish, 0.65, &does, verbs));
        }
    }
}

/// A container that holds the machine it runs on.
fn container_power(command: &Command, deeds: &mut Vec<Deed>) {
    let mounts_root = command.args().iter().any(|a| {
        let mount = a
            .strip_prefix("--volume=")
            .or_else(|| a.strip_prefix("-v"))
            .unwrap_or(a);
        mount.starts_with("/:/")
            || mount.contains("docker.sock:")
            || mount.starts_with("/etc:/")
            || mount.starts_with("/root:/")
            || mount.contains("source=/,")
    });
    if command.has("--privileged") || mounts_root || command.option(&["--pid"]) == Some("host") {
        deeds.push(Deed::new(
            Sort::Access,
            0.7,
            &["gives a container power over the whole machine"],
            "privileged root host socket",
            GIVING.and(Senses::EXEC),
        ));
    }
}
