//! The machine: services, users, clocks, keys, firewall, processes.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort, Wish};
use super::shell::Command;
use crate::lexicon::Senses;
use crate::words::Words;

/// Reads one command about the machine.
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    match command.program() {
        "systemctl" | "service" | "rc-service" | "launchctl" | "sc" | "update-rc.d"
        | "Stop-Service" => {
            services(command, deeds);
        }
        "useradd"
        | "adduser"
        | "usermod"
        | "groupadd"
        | "gpasswd"
        | "passwd"
        | "chpasswd"
        | "visudo"
        | "net"
        | "dsadd"
        | "New-LocalUser"
        | "Add-LocalGroupMember" => users(command, deeds),
        "userdel" | "deluser" | "groupdel" => {
            let user = command.operands().last().unwrap_or_default();
            let does = ["removes the user `", user, "` from the machine"];
            deeds.push(Deed::new(Sort::Destroy, 0.75, &does, user, ENDING));
        }
        "crontab" => crontab(command, deeds),
        "at" | "batch" if !command.flag('l') => {
            deeds.push(later("runs something later, by the clock (at)"))
        }
        "schtasks"
            if command
                .args()
                .iter()
                .any(|a| a.eq_ignore_ascii_case("/create")) =>
        {
            deeds.push(later("runs something by the clock (scheduled task)"));
        }
        "ssh-copy-id" => {
            let whom = command.operands().last().unwrap_or_default();
            let does = ["lets a key log in on `", whom, "`"];
            deeds.push(Deed::new(
                Sort::Access,
                0.75,
                &does,
                &[whom, " key"].concat(),
                GIVING,
            ));
        }
        "iptables" | "ip6tables" | "nft" | "ufw" | "firewall-cmd" | "setenforce" | "pfctl"
        | "netsh" | "auditctl" | "spctl" | "csrutil" | "Set-MpPreference" | "fail2ban-client"
        | "apparmor_parser" | "aa-disable" | "aa-teardown" => {
            firewall(command, deeds);
        }
        "pkill" | "killall" | "kill" | "taskkill" | "Stop-Process" => kill(command, deeds),
        "shutdown" | "reboot" | "poweroff" | "halt" | "init" | "Restart-Computer"
        | "Stop-Computer"
            if !command.flag('c')
                && (command.program() != "init" || matches!(command.operand(0), "0" | "6")) =>
        {
            let does = ["stops the whole machine for everybody"];
            let verbs = ENDING.and(CHANGING).and(Senses::EXEC);
            let object = "machine server host node vm box reboot restart shutdown";
            deeds.push(Deed::new(Sort::Destroy, 0.7, &does, object, verbs));
        }
        "history" if command.flag('c') || command.flag('d') => {
            deeds.push(traces("the shell's history"))
        }
        "export" | "setx" | "set" if command.args().iter().any(|a| trusts_anybody(a)) => {
            deeds.push(guard(
                command,
                0.75,
                "no longer checks whom it talks to (TLS)",
            ));
        }
        "reg" | "New-ItemProperty" | "Set-ItemProperty"
            if command
                .line()
                .replace('\\', "")
                .contains("CurrentVersionRun") =>
        {
            deeds.push(later("runs something at every login (registry)"));
        }
        "unset" if command.operand(0) == "HISTFILE" => deeds.push(traces("the shell's history")),
        "journalctl"
            if command
                .args()
                .iter()
                .any(|a| a.starts_with("--vacuum-time=1s") || a == "--vacuum-size=1") =>
        {
            deeds.push(traces("the journal"));
        }
        "wevtutil" if command.says(&["cl", "clear-log"]) => deeds.push(traces("the event log")),
        "vssadmin" | "wbadmin" if command.says(&["delete"]) => {
            deeds.push(guard(command, 0.9, "deletes the copies one goes back to"))
        }
        "sysctl"
            if command
                .args()
                .iter()
                .any(|a| a.contains("randomize_va_space=0") || a.contains("ptrace_scope=0")) =>
        {
            deeds.push(guard(command, 0.75, "weakens what the kernel guards"));
        }
        "restic" | "borg" | "rclone" | "duplicity" | "pg_probackup" | "velero" => {
            copies(command, deeds)
        }
        ":" => deeds.push(Deed::always(Sort::Destroy, 0.9, &["exhausts the machine"])),
        _ => {}
    }
    if command.variables.iter().any(|v| trusts_anybody(v)) {
        deeds.push(guard(
            command,
            0.7,
            "no longer checks whom it talks to (TLS)",
        ));
    }
    for (_, file) in command.written() {
        if is_trace(file) {
            deeds.push(traces(file));
        }
    }
    if matches!(command.program(), "rm" | "truncate" | "shred" | "ln")
        && let Some(file) = command.operands().find(|o| is_trace(o))
    {
        deeds.push(traces(file));
    }
}

/// Variables with which a program no longer checks certificates.
fn trusts_anybody(set: &str) -> bool {
    [
        "NODE_TLS_REJECT_UNAUTHORIZED=0",
        "PYTHONHTTPSVERIFY=0",
        "GIT_SSL_NO_VERIFY=1",
        "GIT_SSL_NO_VERIFY=true",
    ]
    .iter()
    .any(|v| set.trim_matches('"') == *v)
}

fn is_trace(file: &str) -> bool {
    let file = file.trim_end_matches(['*', '/']);
    file.starts_with("/var/log/audit")
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

fn traces(what: &str) -> Deed {
    Deed::new(
        Sort::Guard,
        0.8,
        &["wipes the traces in ", what],
        "log logs history journal",
        ENDING,
    )
}

fn later(does: &str) -> Deed {
    Deed::new(
        Sort::Persist,
        0.75,
        &[does],
        "cron crontab schedule scheduled job nightly daily hourly weekly every timer reminder recordatorio rappel erinnerung diario diaria quotidien \
         chaque taglich stundlich wochentlich jeden cada todos tous planifie programa planifier programar",
        CHANGING.and(Senses::EXEC).and(Senses::PLAN),
    )
}

fn guard(command: &Command, risk: f64, does: &str) -> Deed {
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

fn is_guard(service: &str) -> bool {
    let service = service
        .trim_end_matches(".service")
        .trim_end_matches(".timer");
    let service = &service.to_ascii_lowercase();
    GUARDS.iter().any(|g| service.contains(g))
        || service == "sense"
        || Words::of(service).each().any(|s| s.any(Senses::SAFETY))
}

fn services(command: &Command, deeds: &mut Vec<Deed>) {
    let stops = |o: &str| {
        matches!(
            o,
            "stop"
                | "disable"
                | "mask"
                | "unload"
                | "bootout"
                | "remove"
                | "kill"
                | "delete"
                | "isolate"
        )
    };
    let stopping = command.operands().any(stops) || command.program() == "Stop-Service";
    let rest: Vec<&str> = command.operands().filter(|o| !stops(o)).collect();
    if !stopping {
        let unit = rest
            .iter()
            .find(|o| o.contains('/') || o.ends_with(".plist"));
        if let Some(unit) = unit.filter(|_| command.says(&["enable", "load", "bootstrap"])) {
            deeds.push(later(
                &["starts `", unit, "` again at every start"].concat(),
            ));
        }
        return;
    }
    for service in rest {
        if is_guard(service) {
            deeds.push(Deed::new(
                Sort::Guard,
                0.85,
                &[
                    "switches off `",
                    service,
                    "`, which keeps watch or keeps copies",
                ],
                service,
                ENDING,
            ));
        } else if !super::place::is_trial_place(service) && !command.has("--user") {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.65,
                &["stops `", service, "` for everybody who uses it"],
                service,
                ENDING.and(CHANGING),
            ));
        }
    }
}

fn users(command: &Command, deeds: &mut Vec<Deed>) {
    let line = command.line();
    let strong = [
        "sudo",
        "wheel",
        "root",
        "docker",
        "admin",
        "Administrators",
        "lxd",
        "adm",
    ];
    let groups = command
        .option(&["-G", "-aG", "--groups", "-Ga"])
        .unwrap_or_default();
    let power = groups.split(',').any(|g| strong.contains(&g))
        || command.option(&["-u", "-o", "-ou", "--uid"]) == Some("0")
        || command.program() != "net" && command.operands().any(|o| strong.contains(&o))
        || command.program() == "net" && line.contains("dministrators");
    let user = command.operands().last().unwrap_or_default();
    match command.program() {
        "net" if !line.contains("/add") && !line.contains("/ADD") => {}
        "passwd" if command.flag('S') || command.flag('l') => {}
        "usermod" if command.flag('L') || (!power && groups.is_empty() && !command.flag('p')) => {}
        "gpasswd" if !command.flag('a') => {}
        "adduser" | "useradd" if command.has("--system") || command.flag('r') => {}
        "groupadd" => {}
        program => {
            let (risk, does) = match (power, program) {
                (true, _) => (0.85, "gives power over the machine to"),
                (_, "passwd" | "chpasswd") => (0.75, "changes the password of"),
                _ => (0.7, "lets another user log in:"),
            };
            deeds.push(Deed::new(
                Sort::Access,
                risk,
                &[does, " `", user, "`"],
                &line,
                GIVING,
            ));
            if let Some(deed) = deeds.last_mut() {
                let rest: Vec<&str> = command.operands().collect();
                deed.wish = Wish::Named([&rest.join(" "), " user account password"].concat());
            }
        }
    }
}

fn crontab(command: &Command, deeds: &mut Vec<Deed>) {
    if command.flag('l')
        || command.flag('e') && command.operand(0).is_empty() && command.fed.is_none()
    {
        return;
    }
    if command.flag('r') {
        deeds.push(Deed::new(
            Sort::Destroy,
            0.75,
            &["deletes all jobs that run by the clock (cron)"],
            "cron crontab jobs",
            ENDING,
        ));
    } else {
        deeds.push(later("runs something again and again, by the clock (cron)"));
    }
}

fn firewall(command: &Command, deeds: &mut Vec<Deed>) {
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

fn kill(command: &Command, deeds: &mut Vec<Deed>) {
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
fn copies(command: &Command, deeds: &mut Vec<Deed>) {
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
