//! What keeps watch over a machine, keeps copies or keeps strangers out, and the
//! commands that take it down.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort};
use super::shell::Command;
use crate::lexicon::Senses;
use crate::words::Words;

/// Variables with which a program no longer checks certificates.
pub fn trusts_anybody(set: &str) -> bool {
    [
        "NODE_TLS_REJECT_UNAUTHORIZED=0",
        "PYTHONHTTPSVERIFY=0",
        "GIT_SSL_NO_VERIFY=1",
        "GIT_SSL_NO_VERIFY=true",
    ]
    .iter()
    .any(|v| set.trim_matches('"') == *v)
}

/// True for a file that tells what was done on a machine.
pub fn is_trace(file: &str) -> bool {
    let file = file.trim_end_matches(['*', '/']);
    let name = super::command::name(file);
    let keeps = [".log", ".jsonl", ".ndjson", ".json", ".csv", ".txt", ".db"];
    let audit = Words::of(name)
        .iter()
        .any(|w| matches!(w, "audit" | "auditlog"));
    audit && keeps.iter().any(|e| name.ends_with(e))
        || file.starts_with("/var/log/audit")
        || file.ends_with("_history")
        || matches!(
            file,
            "/var/log"
                | "/var/log/auth.log"
                | "/var/log/secure"
                | "/var/log/wtmp"
                | "/var/log/btmp"
                | "/var/log/lastlog"
                | "/var/log/syslog"
                | "/var/log/messages"
        )
}

/// A deed that wipes such a file.
pub fn traces(what: &str) -> Deed {
    Deed::new(
        Sort::Guard,
        0.8,
        &["wipes the traces in ", what],
        "log logs history journal",
        ENDING,
    )
}

/// A deed that takes a net down, named by the command itself.
pub fn guard(command: &Command, risk: f64, does: &str) -> Deed {
    Deed::new(Sort::Guard, risk, &[does], &command.line(), ENDING)
}

/// Services that guard a machine or its data, by what they are called everywhere.
const GUARDS: &[&str] = &[
    "windefend",
    "auditd",
    "fail2ban",
    "clamav",
    "clamd",
    "falcon",
    "crowdstrike",
    "ossec",
    "wazuh",
    "osquery",
    "firewalld",
    "apparmor",
    "selinux",
    "rsyslog",
    "syslog",
    "journald",
    "prometheus",
    "alertmanager",
    "grafana",
    "restic",
    "borg",
    "unattended",
    "ufw",
    "iptables",
    "nftables",
    "sentinel",
    "defender",
    "filebeat",
    "fluentd",
    "fluent-bit",
    "promtail",
    "node_exporter",
    "datadog",
    "newrelic",
    "zabbix",
    "aide",
];

/// True for a service that keeps watch or keeps copies.
pub fn is_guard(service: &str) -> bool {
    let service = service
        .trim_end_matches(".service")
        .trim_end_matches(".timer");
    let service = &service.to_ascii_lowercase();
    GUARDS.iter().any(|g| service.contains(g))
        || service == "sense"
        || Words::of(service).each().any(|s| s.any(Senses::SAFETY))
}

/// Reads one command about a firewall or what else guards the machine.
pub fn firewall(command: &Command, deeds: &mut Vec<Deed>) {
    let line = command.line();
    let off = match command.program() {
        "setenforce" => matches!(command.operand(0), "0" | "Permissive" | "permissive"),
        "ufw" if command.operand(0) == "allow" && line.contains("from any") => {
            return opens(command, deeds);
        }
        "iptables" | "ip6tables"
            if line.contains("INPUT")
                && line.contains("-j ACCEPT")
                && !command.has("-s")
                && !command.has("-i")
                && !command.flag('D')
                && !command.flag('L')
                && !line.contains("ESTABLISHED")
                && !line.contains("-P ") =>
        {
            return opens(command, deeds);
        }
        "ufw" => command.says(&["disable", "reset"]) || line.contains("default allow incoming"),
        "iptables" | "ip6tables" => {
            command.flag('F')
                || command.has("--flush")
                || line.contains("-P INPUT ACCEPT")
                || command.flag('X')
        }
        "nft" => command.says(&["flush"]),
        "pfctl" => command.flag('d') || command.flag('F'),
        "firewall-cmd" => {
            command.has("--panic-off")
                || line.contains("--set-default-zone=trusted")
                || line.contains("--set-target=ACCEPT")
        }
        "netsh" => line.contains("state off"),
        "auditctl" => line.contains("-e 0") || command.flag('D'),
        "spctl" => command.has("--master-disable") || command.has("--global-disable"),
        "csrutil" => command.says(&["disable"]),
        "Set-MpPreference" => command.args().iter().any(|a| a.starts_with("-Disable")),
        "fail2ban-client" => {
            command.says(&["stop", "unban"]) && line.contains("--all")
                || command.operand(0) == "stop"
        }
        "apparmor_parser" => command.flag('R'),
        "aa-disable" | "aa-teardown" => true,
        _ => false,
    };
    if off {
        deeds.push(Deed::new(
            Sort::Guard,
            0.85,
            &["takes down what guards the machine"],
            &[&line, " firewall selinux apparmor antivirus"].concat(),
            ENDING,
        ));
    }
}

fn opens(command: &Command, deeds: &mut Vec<Deed>) {
    let port = command
        .option(&["port", "--dport", "--dports"])
        .unwrap_or_default();
    deeds.push(Deed::new(
        Sort::Access,
        0.7,
        &["lets every machine in at port `", port, "`"],
        &["port ports open ", port].concat(),
        GIVING.and(Senses::READ),
    ));
}

/// Reads one command that ends processes.
pub fn kill(command: &Command, deeds: &mut Vec<Deed>) {
    if command.args().iter().any(|a| a == "-1")
        && command.program() == "kill"
        && command.operands().count() == 0
    {
        deeds.push(Deed::always(Sort::Destroy, 0.8, &["kills every process"]));
    }
    if let Some(process) = command.operands().find(|o| is_guard(o)) {
        let does = ["kills `", process, "`, which keeps watch or keeps copies"];
        deeds.push(Deed::new(Sort::Guard, 0.8, &does, process, ENDING));
    }
    const ROWS: [&str; 12] = [
        "postgres",
        "mysqld",
        "mongod",
        "redis-server",
        "sshd",
        "systemd",
        "dockerd",
        "containerd",
        "kubelet",
        "nginx",
        "etcd",
        "init",
    ];
    if let Some(process) = command.operands().find(|o| ROWS.contains(o)) {
        let does = ["kills `", process, "`, which others rely on"];
        deeds.push(Deed::new(
            Sort::Destroy,
            0.7,
            &does,
            process,
            ENDING.and(CHANGING),
        ));
    }
}

/// Backups that are thrown away.
pub fn copies(command: &Command, deeds: &mut Vec<Deed>) {
    let ends = command.says(&[
        "forget",
        "delete",
        "prune",
        "purge",
        "remove-all-but-n-full",
        "cleanup",
        "deletefile",
    ]);
    let keeps = command.args().iter().any(|a| a.starts_with("--keep"));
    if ends && !keeps && !(command.program() == "restic" && command.operand(0) == "prune") {
        deeds.push(Deed::new(
            Sort::Guard,
            0.85,
            &["throws away copies one would go back to"],
            &command.line(),
            ENDING,
        ));
    }
}
