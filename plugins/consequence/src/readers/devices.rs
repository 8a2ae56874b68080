//! Routers, switches and firewalls: lines of a device's own configuration.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort};
use super::shell::Command;
use crate::lexicon::Senses;

/// Beginnings of a device's lines that take down a guard.
const GUARDS: [&str; 16] = [
    "no aaa",
    "no access-list",
    "no ip access-group",
    "no access-group",
    "no logging",
    "no snmp-server",
    "no ip inspect",
    "no spanning-tree",
    "no service password-encryption",
    "no login",
    "no ip verify",
    "no ntp authenticate",
    "delete security policies",
    "delete firewall",
    "undo acl",
    "undo aaa",
];

/// Those that open a door or give power.
const DOORS: [&str; 7] = [
    "permit ip any any",
    "permit any any",
    "permit tcp any any",
    "set security policies from-zone",
    "transport input telnet",
    "privilege 15",
    "match any permit",
];

/// Those that end or cut off something.
const ENDS: [&str; 12] = [
    "write erase",
    "erase startup-config",
    "erase nvram",
    "delete flash",
    "format flash",
    "clear ip bgp *",
    "crypto key zeroize",
    "no router ",
    "no ip route",
    "no vlan ",
    "load factory-default",
    "no interface",
];

/// Reads one line, when it is one of a device's.
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    let program = command.program();
    let device = matches!(
        program,
        "no" | "undo"
            | "permit"
            | "access-list"
            | "write"
            | "erase"
            | "clear"
            | "crypto"
            | "delete"
            | "set"
            | "load"
            | "transport"
            | "username"
            | "format"
            | "line"
            | "switchport"
    );
    if !device {
        return;
    }
    let line = command.line();
    let says = |list: &[&str]| {
        list.iter()
            .any(|l| line.starts_with(l) || program != "no" && line.contains(l))
    };
    if line.starts_with("switchport trunk allowed vlan")
        && !line.contains(" add ")
        && !line.contains(" remove ")
    {
        // Without `add`, the list that was there is gone.
        let does = ["puts another list in the place of the networks the line carries"];
        deeds.push(Deed::new(
            Sort::Destroy,
            0.7,
            &does,
            "replace list only overwrite",
            ENDING.and(CHANGING),
        ));
    } else if says(&GUARDS) {
        deeds.push(Deed::new(
            Sort::Guard,
            0.8,
            &["takes down a guard of the network"],
            &line,
            ENDING,
        ));
    } else if DOORS.iter().any(|d| line.contains(d))
        && (line.contains("permit") || !line.starts_with("set"))
    {
        deeds.push(Deed::new(
            Sort::Access,
            0.8,
            &["opens the network or gives power over it"],
            &line,
            GIVING.and(Senses::OFF),
        ));
    } else if says(&ENDS) {
        deeds.push(Deed::new(
            Sort::Destroy,
            0.8,
            &["ends what the network runs by"],
            &line,
            ENDING,
        ));
    }
}
