//! Commands that end, overwrite or open files and disks.

use super::command::name;
use super::deed::{CHANGING, Deed, ENDING, Sort};
use super::path::{self, Worth};
use super::shell::Command;
use crate::lexicon::Senses;

/// Reads one command about files. `before` are the commands in front of it.
pub fn read(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    match command.program() {
        "rm" | "rimraf" | "unlink" | "trash" | "del" | "rmdir" | "rd" | "erase" | "Remove-Item"
        | "ri" => {
            remove(command, before, deeds);
        }
        "find" | "fd" if ends_finds(command) => find(command, deeds),
        "dd" => {
            let to = command.args().iter().find_map(|a| a.strip_prefix("of="));
            deeds.extend(to.and_then(|to| overwrite(to, true)));
        }
        "wipefs" | "blkdiscard" | "sgdisk" | "cryptsetup" | "mkswap" | "pvremove" | "vgremove"
        | "lvremove" | "zpool" | "hdparm" => disk(command, deeds),
        "fdisk" | "parted" if !command.flag('l') && !command.says(&["print"]) => {
            disk(command, deeds)
        }
        program if program.starts_with("mkfs") => disk(command, deeds),
        "format" if command.operand(0).ends_with(':') => disk(command, deeds),
        "shred" | "srm" | "wipe" => {
            for path in command.operands() {
                deeds.extend(loss(path, "destroys", " beyond recovery"));
            }
        }
        "truncate" => {
            for path in command
                .operands()
                .filter(|o| !o.bytes().all(|b| b.is_ascii_digit()))
            {
                deeds.extend(overwrite(path, true));
            }
        }
        "tee" => {
            let appends = command.flag('a') || command.has("--append");
            for path in command.operands() {
                deeds.extend(overwrite(path, !appends));
            }
        }
        "cp" | "mv" | "install" | "ln" => copy(command, deeds),
        "rsync"
            if !command.flag('n') && command.args().iter().any(|a| a.starts_with("--delete")) =>
        {
            let to = command.operands().last().unwrap_or_default();
            deeds.extend(loss(
                to,
                "deletes in",
                " whatever the other side does not have",
            ));
        }
        "ansible" if command.option(&["-m", "--module-name"]) == Some("file") => {
            let set = command.option(&["-a", "--args"]).unwrap_or_default();
            if set.contains("state=absent")
                && let Some(path) = set
                    .split_whitespace()
                    .find_map(|w| w.strip_prefix("path=").or(w.strip_prefix("dest=")))
            {
                deeds.extend(loss(path, "deletes", " on every machine it names"));
            }
        }
        "sed" | "perl" if command.flag('i') || command.has("--in-place") => {
            for path in command.operands().skip(1) {
                deeds.extend(overwrite(path, false));
            }
        }
        "setcap"
            if command
                .args()
                .iter()
                .any(|a| a.contains("cap_") && a.contains('+')) =>
        {
            let target = command.operands().last().unwrap_or_default();
            let does = ["lets whoever runs `", target, "` act with rights of root"];
            deeds.push(Deed::always(Sort::Access, 0.85, &does));
        }
        "chmod" | "chown" | "chgrp" | "setfacl" | "icacls" => rights(command, deeds),
        _ => {}
    }
    for (operator, file) in command.written() {
        deeds.extend(overwrite(file, operator == ">"));
    }
}

fn disk(command: &Command, deeds: &mut Vec<Deed>) {
    if matches!(command.program(), "zpool") && !command.says(&["destroy", "labelclear"])
        || command.program() == "cryptsetup" && !command.says(&["luksFormat", "erase", "luksErase"])
    {
        return;
    }
    let device = command.operands().find(|o| path::is_disk(o));
    let device = device
        .or_else(|| command.operands().last())
        .unwrap_or("a disk");
    if path::is_disk(device) || !device.contains(['/', '.']) {
        deeds.push(Deed::always(
            Sort::Destroy,
            0.95,
            &[
                "overwrites the disk `",
                device,
                "`: nothing on it can be had back",
            ],
        ));
    } else {
        deeds.extend(overwrite(device, true)); // an image in a file
    }
}

fn remove(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    let windows = command
        .args()
        .iter()
        .any(|a| a.eq_ignore_ascii_case("/s") || a.eq_ignore_ascii_case("-Recurse"));
    let recursive = command.flag('r')
        || command.flag('R')
        || command.has("--recursive")
        || windows
        || command.program() == "rimraf";
    let mut any = false;
    for path in command
        .operands()
        .filter(|o| !(o.starts_with('/') && o.len() == 2 && windows))
    {
        any = true;
        if path == "{}" {
            continue; // judged with the `find` around it
        }
        if let Some(net) = path::checks(path) {
            deeds.push(Deed::new(
                Sort::Guard,
                0.75,
                &["takes away `", path, "`, ", net],
                &[path, " hook hooks check checks"].concat(),
                ENDING,
            ));
            continue;
        }
        let valued = path::is_valued(path);
        if recursive || valued || path.contains('*') || command.flag('f') {
            let (before, behind) = if recursive {
                ("deletes the folder", " and all below it for good")
            } else {
                ("deletes", " for good")
            };
            deeds.extend(loss(path, before, behind));
        }
    }
    if any {
        return;
    }
    // `find … | xargs rm`: what is found goes.
    match before
        .last()
        .filter(|c| command.piped && matches!(c.program(), "find" | "fd"))
    {
        Some(search) => find(search, deeds),
        None if recursive => {
            deeds.push(Deed::always(
                Sort::Destroy,
                0.75,
                &["deletes what it does not show"],
            ));
        }
        None => {}
    }
}

/// `find … -delete`, `find … -exec rm {} +`.
fn ends_finds(command: &Command) -> bool {
    let runs = |w: &String| matches!(super::command::name(w), "rm" | "shred" | "unlink");
    command.has("-delete")
        || command
            .args()
            .iter()
            .skip_while(|a| !matches!(a.as_str(), "-exec" | "-execdir" | "-x"))
            .skip(1)
            .take(2)
            .any(runs)
}

fn find(command: &Command, deeds: &mut Vec<Deed>) {
    let root = command.operand(0);
    // `find logs -name '*.pyc' -delete`: the pattern says what goes.
    let pattern = command
        .option(&["-name", "-iname", "-path"])
        .unwrap_or_default();
    let made = path::worth(pattern) == Worth::Made && !pattern.is_empty();
    if made {
        return;
    }
    let narrowed = !pattern.is_empty() || command.has("-mtime") || command.has("-empty");
    match path::worth(root) {
        Worth::Root if narrowed && !pattern.is_empty() => deeds.push(Deed::new(
            Sort::Destroy,
            0.75,
            &["deletes every `", pattern, "` below `", root, "`"],
            pattern,
            ENDING,
        )),
        _ => deeds.extend(loss(root, "deletes all it finds below", "")),
    }
}

/// The loss of a path: what is built or temporary can go; the root of something
/// never should; the rest must have been named.
pub fn loss(path: &str, before: &str, behind: &str) -> Option<Deed> {
    match path::worth(path) {
        Worth::Made => None,
        Worth::Root => Some(Deed::always(
            Sort::Destroy,
            0.95,
            &[before, " `", path, "`", behind, ": a whole root"],
        )),
        Worth::Own => Some(Deed::new(
            Sort::Destroy,
            0.75,
            &[before, " `", path, "`", behind],
            path,
            ENDING,
        )),
    }
}

/// Somebody's file is overwritten with something else. Ordinary work writes
/// files all day: only disks, what a system runs by, and data are told.
pub fn overwrite(path: &str, whole: bool) -> Option<Deed> {
    if path::is_disk(path) {
        return Some(Deed::always(
            Sort::Destroy,
            0.95,
            &[
                "overwrites the disk `",
                path,
                "`: nothing on it can be had back",
            ],
        ));
    }
    if let Some(what) = path::returns(path) {
        return Some(Deed::new(
            Sort::Persist,
            0.8,
            &["writes to `", path, "`, ", what],
            &[path, " ", what].concat(),
            CHANGING.and(Senses::GRANT),
        ));
    }
    if let Some((what, words)) = path::admits(path) {
        return Some(Deed::new(
            Sort::Access,
            0.85,
            &["writes to `", path, "`, ", what],
            words,
            CHANGING.and(Senses::GRANT),
        ));
    }
    if !whole {
        return None;
    }
    (path::is_valued(path) && !path::is_copy(path) && path::worth(path) != Worth::Made).then(|| {
        Deed::new(
            Sort::Destroy,
            0.75,
            &["overwrites `", path, "`, and what stood there is gone"],
            name(path),
            ENDING.and(Senses::UPDATE),
        )
    })
}

fn copy(command: &Command, deeds: &mut Vec<Deed>) {
    let operands: Vec<&str> = command.operands().collect();
    let Some((to, from)) = operands.split_last() else {
        return;
    };
    if from.is_empty() {
        return;
    }
    if command.program() == "mv" {
        if *to == "/dev/null" {
            for path in from {
                deeds.extend(loss(path, "throws away", " for good"));
            }
            return;
        }
        // Moved out of the way is not lost, but a root that moves is.
        if from
            .iter()
            .any(|f| path::worth(f) == Worth::Root && f.starts_with('/') && f.len() > 1)
        {
            deeds.push(Deed::always(
                Sort::Destroy,
                0.85,
                &["moves away a whole root"],
            ));
        }
    }
    let backs_up = command.flag('b') || command.has("--backup") || command.flag('n');
    if !backs_up {
        deeds.extend(overwrite(to, *to != "/dev/null"));
    }
}

fn rights(command: &Command, deeds: &mut Vec<Deed>) {
    let mode = command.operand(0);
    let paths: Vec<&str> = command.operands().skip(1).collect();
    let target = paths.first().copied().unwrap_or_default();
    if paths.iter().all(|p| path::worth(p) == Worth::Made) && !paths.is_empty() {
        return;
    }
    let everybody = mode == "777"
        || mode == "0777"
        || mode == "666"
        || mode.ends_with("777") && mode.len() == 4
        || mode.split(',').any(|m| {
            (m.starts_with("o+")
                || m.starts_with("a+")
                || m.starts_with("ugo+")
                || m.starts_with("a="))
                && m.contains('w')
        })
        || command.program() == "icacls"
            && command.args().iter().any(|a| a.starts_with("Everyone:"))
        || command.program() == "setfacl"
            && command
                .args()
                .iter()
                .any(|a| a.starts_with("o:") || a.starts_with("o::"));
    let setuid = command.program() == "chmod"
        && (mode.contains("+s")
            || mode.len() == 4 && mode.starts_with(['4', '6', '2']) && mode != "2775");
    if setuid {
        deeds.push(Deed::always(
            Sort::Access,
            0.85,
            &["lets whoever runs `", target, "` act as its owner"],
        ));
    } else if everybody {
        deeds.push(Deed::new(
            Sort::Access,
            0.75,
            &["opens `", target, "` to everybody on the machine"],
            name(target),
            CHANGING.and(Senses::GRANT).and(Senses::PUBLISH),
        ));
    } else if command.flag('R')
        && paths
            .iter()
            .any(|p| path::worth(p) == Worth::Root && p.starts_with('/'))
    {
        deeds.push(Deed::always(
            Sort::Destroy,
            0.85,
            &["changes the rights of everything below `", target, "`"],
        ));
    }
}
