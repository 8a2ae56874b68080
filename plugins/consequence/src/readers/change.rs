//! Commands of daily work that change systems others use: in order where work
//! was asked for, and not where the user only wanted to look.

use super::deed::Deed;
use super::shell::Command;

/// Programs, one of their verbs, and what it does.
const CHANGES: &[(&str, &[&str], &str)] = &[
    (
        "terraform",
        &["apply", "import", "taint", "force-unlock"],
        "changes the infrastructure",
    ),
    (
        "tofu",
        &["apply", "import", "taint", "force-unlock"],
        "changes the infrastructure",
    ),
    (
        "terragrunt",
        &["apply", "run-all"],
        "changes the infrastructure",
    ),
    ("pulumi", &["up", "import"], "changes the infrastructure"),
    ("cdk", &["deploy"], "changes the infrastructure"),
    ("serverless", &["deploy"], "changes the infrastructure"),
    ("kubectl", KUBECTL, "changes the cluster"),
    ("oc", KUBECTL, "changes the cluster"),
    (
        "helm",
        &["upgrade", "install", "rollback"],
        "changes a release",
    ),
    (
        "alembic",
        &["upgrade", "downgrade", "stamp"],
        "changes the shape of a database",
    ),
    (
        "flyway",
        &["migrate", "undo", "repair"],
        "changes the shape of a database",
    ),
    (
        "liquibase",
        &["update", "rollback"],
        "changes the shape of a database",
    ),
    (
        "rails",
        &["db:migrate", "db:rollback", "db:seed"],
        "changes the shape of a database",
    ),
    (
        "prisma",
        &["migrate", "push"],
        "changes the shape of a database",
    ),
    (
        "systemctl",
        &["restart", "start", "enable", "reload"],
        "changes a service",
    ),
    ("service", &["restart", "start"], "changes a service"),
    (
        "docker",
        &["restart", "stop", "kill"],
        "changes a running container",
    ),
    ("gh", &["close"], "changes what others work on"),
    ("vault", &["write", "put"], "changes what is kept secret"),
    (
        "heroku",
        &["config:set", "ps:scale", "restart"],
        "changes what runs",
    ),
];

const KUBECTL: &[&str] = &[
    "apply",
    "create",
    "set",
    "patch",
    "edit",
    "scale",
    "replace",
    "label",
    "annotate",
    "rollout",
    "cordon",
    "taint",
    "delete",
    "autoscale",
];

/// First parts of a cloud's verbs that change something.
const CLOUD: [&str; 14] = [
    "create",
    "update",
    "put",
    "modify",
    "run",
    "start",
    "reboot",
    "set",
    "add",
    "register",
    "attach",
    "associate",
    "restore",
    "resize",
];

/// Reads one command.
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    let program = command.program();
    for (name, verbs, does) in CHANGES {
        if *name == program
            && command.operands().any(|o| verbs.contains(&o))
            && !only_tells(command)
        {
            deeds.push(Deed::work(&[does]));
            return;
        }
    }
    let deed = match program {
        "ansible-playbook" | "ansible"
            if !command.has("--check")
                && !command.flag('C')
                && !command.has("--list-hosts")
                && !command.has("--list-tasks")
                && !command.has("--syntax-check") =>
        {
            "changes the machines of the inventory"
        }
        "aws" | "gcloud" | "az" | "doctl" | "hcloud"
            if command
                .operands()
                .skip(1)
                .any(|o| CLOUD.contains(&o.split('-').next().unwrap_or(o))) =>
        {
            "changes something in the cloud"
        }
        "git" if command.operand(0) == "push" => "changes what others see of the repository",
        _ => return,
    };
    deeds.push(Deed::work(&[deed]));
}

/// `kubectl rollout status`, `kubectl create … --dry-run -o yaml`.
fn only_tells(command: &Command) -> bool {
    command.says(&[
        "status", "history", "list", "show", "diff", "plan", "validate",
    ]) || command.has("--dry-run")
}
