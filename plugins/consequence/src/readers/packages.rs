//! Package managers: what is published, and what is installed from anywhere.

use super::deed::{CHANGING, Deed, ENDING, Sort};
use super::shell::Command;
use crate::lexicon::Senses;

/// Reads one command of a package manager.
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    let verb = command.operand(0);
    let publishes = match command.program() {
        "npm" | "yarn" | "pnpm" | "cargo" | "poetry" | "lerna" | "dotnet" | "flutter" | "dart"
        | "uv" | "hatch" | "vsce" | "jsr" => {
            verb == "publish" || verb == "npm" && command.operand(1) == "publish"
        }
        "twine" => verb == "upload",
        "gem" | "nuget" => verb == "push",
        "python" | "python3" => {
            command.says(&["upload"]) && command.has("-m") && command.says(&["twine"])
        }
        "goreleaser" => verb == "release" && !command.has("--snapshot"),
        "mvn" | "gradle" | "gradlew" | "mvnw" => {
            command.says(&["deploy", "publish", "release:perform"])
        }
        _ => false,
    };
    if publishes && goes_to_the_house(command) {
        deeds.push(Deed::work(&["gives a release to the house's own registry"]));
    } else if publishes {
        deeds.push(Deed::by_verb(
            Sort::Publish,
            0.75,
            &["publishes a release that everybody can take and nobody can take back"],
            Senses::PUBLISH.and(Senses::ANNOUNCE).and(Senses::UPLOAD),
        ));
    }
    let withdraws = matches!(
        (command.program(), verb),
        ("npm" | "pnpm", "unpublish" | "deprecate") | ("cargo" | "gem", "yank")
    );
    if withdraws {
        let package = command.operand(1);
        deeds.push(Deed::new(
            Sort::Destroy,
            0.75,
            &["takes `", package, "` away from everybody who uses it"],
            &[package, " ", verb].concat(),
            ENDING.and(Senses::MAKE),
        ));
    }
    if matches!(command.program(), "npm" | "gem" | "cargo")
        && verb == "owner"
        && command.operand(1) == "add"
    {
        let whom = command.operand(2);
        deeds.push(Deed::new(
            Sort::Access,
            0.8,
            &["lets `", whom, "` publish in the house's name"],
            whom,
            super::deed::GIVING,
        ));
    }
    foreign(command, deeds);
    removes_guard(command, deeds);
}

/// True when the registry is named and is nobody's outside: `npm.acme.internal`.
fn goes_to_the_house(command: &Command) -> bool {
    let url = command
        .option(&[
            "--registry",
            "--repository-url",
            "--publish-url",
            "--index",
            "--source",
            "--host",
        ])
        .unwrap_or_default();
    let host = super::http::parts(url).0;
    let host = host.split(':').next().unwrap_or(host);
    [
        ".internal",
        ".local",
        ".lan",
        ".corp",
        ".intra",
        ".intranet",
        ".home.arpa",
    ]
    .iter()
    .any(|end| host.ends_with(end))
        || super::network::is_here(host) && !host.is_empty()
}

/// Installs from a place that is no registry.
fn foreign(command: &Command, deeds: &mut Vec<Deed>) {
    let installs = command.says(&["install", "add", "i", "get"])
        && matches!(
            command.program(),
            "pip"
                | "pip3"
                | "npm"
                | "yarn"
                | "pnpm"
                | "gem"
                | "pipx"
                | "uv"
                | "brew"
                | "apt"
                | "apt-get"
                | "dnf"
                | "yum"
        );
    if !installs {
        return;
    }
    let index = command
        .option(&[
            "--index-url",
            "-i",
            "--extra-index-url",
            "--registry",
            "--find-links",
            "-f",
        ])
        .filter(|u| u.starts_with("http"))
        .filter(|_| {
            matches!(
                command.program(),
                "pip" | "pip3" | "npm" | "yarn" | "pnpm" | "uv" | "pipx"
            )
        });
    let package = command
        .operands()
        .find(|o| o.starts_with("http") && !o.contains("github.com") && !o.contains("gitlab.com"));
    let known = |u: &str| {
        [
            "pypi.org",
            "npmjs.org",
            "pytorch.org",
            "rubygems.org",
            "yarnpkg.com",
            "debian.org",
            "ubuntu.com",
        ]
        .iter()
        .any(|k| u.contains(k))
    };
    if let Some(from) = package.or(index).filter(|u| !known(u)) {
        deeds.push(Deed::new(
            Sort::Unseen,
            0.7,
            &["installs and so runs what `", from, "` gives, unseen"],
            from,
            CHANGING.and(Senses::EXEC),
        ));
    }
    if command.has("--unsafe-perm") {
        let does = ["lets the scripts of what it installs run with all rights"];
        deeds.push(Deed::new(Sort::Unseen, 0.7, &does, "unsafe-perm", CHANGING));
    }
    if let Some((package, known)) = names_like_others(command) {
        deeds.push(Deed::new(
            Sort::Unseen,
            0.75,
            &[
                "installs `",
                package,
                "`, which is not `",
                known,
                "` and is called nearly the same",
            ],
            package,
            CHANGING,
        ));
    }
    if command.has("--allow-unauthenticated")
        || command.has("--no-gpg-check")
        || command.has("--nogpgcheck")
        || command.has("--force-yes")
    {
        deeds.push(Deed::new(
            Sort::Guard,
            0.7,
            &["installs without looking whose package it is"],
            "unauthenticated gpg signature",
            ENDING.and(CHANGING),
        ));
    }
}

/// Packages everybody knows, by whose names strangers call theirs.
const KNOWN: &[&str] = &[
    "axios",
    "babel",
    "boto3",
    "chalk",
    "colors",
    "commander",
    "cross-env",
    "cryptography",
    "dayjs",
    "debug",
    "discord.js",
    "django",
    "dotenv",
    "electron",
    "eslint",
    "express",
    "fastapi",
    "flask",
    "jinja2",
    "jquery",
    "lodash",
    "matplotlib",
    "moment",
    "mongoose",
    "next",
    "numpy",
    "openai",
    "pandas",
    "pillow",
    "prettier",
    "puppeteer",
    "pydantic",
    "pytest",
    "pytorch",
    "react",
    "redis",
    "requests",
    "rimraf",
    "scikit-learn",
    "scipy",
    "selenium",
    "serde",
    "setuptools",
    "sqlalchemy",
    "tensorflow",
    "tokio",
    "torch",
    "typescript",
    "urllib3",
    "uuid",
    "webpack",
    "yargs",
];

/// A package whose name is one slip away from a known one.
fn names_like_others(command: &Command) -> Option<(&str, &'static str)> {
    command.operands().skip(1).find_map(|package| {
        let name = package
            .split(['@', '=', '<', '>', '['])
            .next()
            .unwrap_or(package)
            .to_ascii_lowercase();
        if name.len() < 5 || KNOWN.contains(&name.as_str()) {
            return None;
        }
        let known = KNOWN
            .iter()
            .find(|k| k.len() >= 5 && crate::words::one_slip(&name, k))?;
        Some((package, *known))
    })
}

fn removes_guard(command: &Command, deeds: &mut Vec<Deed>) {
    let removes = matches!(
        command.program(),
        "apt" | "apt-get" | "yum" | "dnf" | "brew" | "apk" | "pacman" | "zypper"
    ) && (command.says(&["remove", "purge", "uninstall", "autoremove", "del"])
        || command.flag('R'));
    if !removes {
        return;
    }
    const GUARDS: [&str; 14] = [
        "auditd",
        "fail2ban",
        "clamav",
        "crowdstrike",
        "falcon-sensor",
        "ossec",
        "wazuh",
        "osquery",
        "ufw",
        "firewalld",
        "rsyslog",
        "apparmor",
        "aide",
        "unattended-upgrades",
    ];
    if let Some(guard) = command
        .operands()
        .find(|o| GUARDS.iter().any(|g| o.starts_with(g)))
    {
        deeds.push(Deed::new(
            Sort::Guard,
            0.85,
            &["removes `", guard, "`, which guards the machine"],
            guard,
            ENDING,
        ));
    }
}
