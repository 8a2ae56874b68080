//! The machine: services, users, clocks, keys, firewall, processes.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort, Wish};
use super::guards;
use super::shell::Command;
use crate::lexicon::Senses;

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
            guards::firewall(command, deeds);
        }
        "pkill" | "killall" | "kill" | "taskkill" | "Stop-Process" => guards::kill(command, deeds),
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
            deeds.push(guards::traces("the shell's history"))
        }
        "export" | "setx" | "set" if command.args().iter().any(|a| guards::trusts_anybody(a)) => {
            deeds.push(guards::guard(
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
        "unset" if command.operand(0) == "HISTFILE" => {
            deeds.push(guards::traces("the shell's history"))
        }
        "journalctl"
            if command
                .args()
                .iter()
                .any(|a| a.starts_with("--vacuum-time=1s") || a == "--vacuum-size=1") =>
        {
            deeds.push(guards::traces("the journal"));
        }
        "wevtutil" if command.says(&["cl", "clear-log"]) => {
            deeds.push(guards::traces("the event log"))
        }
        "vssadmin" | "wbadmin" if command.says(&["delete"]) => deeds.push(guards::guard(
            command,
            0.9,
            "deletes the copies one goes back to",
        )),
        "sysctl"
            if command
                .args()
                .iter()
                .any(|a| a.contains("randomize_va_space=0") || a.contains("ptrace_scope=0")) =>
        {
            deeds.push(guards::guard(
                command,
                0.75,
                "weakens what the kernel guards",
            ));
        }
        "restic" | "borg" | "rclone" | "duplicity" | "pg_probackup" | "velero" => {
            guards::copies(command, deeds)
        }
        // `: | :&`, and no `: print(…)` of a language that begins a block so.
        ":" if !command
            .operand(0)
            .starts_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            deeds.push(Deed::always(Sort::Destroy, 0.9, &["exhausts the machine"]))
        }
        _ => {}
    }
    if command.variables.iter().any(|v| guards::trusts_anybody(v)) {
        deeds.push(guards::guard(
            command,
            0.7,
            "no longer checks whom it talks to (TLS)",
        ));
    }
    for (_, file) in command.written() {
        if guards::is_trace(file) {
            deeds.push(guards::traces(file));
        }
    }
    if matches!(command.program(), "rm" | "truncate" | "shred" | "ln")
        && let Some(file) = command.operands().find(|o| guards::is_trace(o))
    {
        deeds.push(guards::traces(file));
    }
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
        if guards::is_guard(service) {
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
