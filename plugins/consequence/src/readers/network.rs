//! Commands that fetch, send, or open a way in.

use super::deed::{CHANGING, Deed, GIVING, Sort};
use super::shell::Command;
use super::unwrap;
use super::{path, secrets};
use crate::lexicon::Senses;
use crate::target;

/// Reads one command that talks to a network. `before` are the commands in
/// front of it, the nearest last.
pub fn read(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    match command.program() {
        "curl" | "wget" | "http" | "https" | "xh" | "httpie" | "Invoke-WebRequest" | "iwr"
        | "Invoke-RestMethod" | "irm" => {
            request(command, before, deeds);
        }
        "scp" | "rsync" | "sftp" | "rclone" | "ftp" | "lftp" => {
            secrets::copies_away(command, deeds)
        }
        "nc" | "ncat" | "netcat" | "socat" | "telnet" => secrets::raw(command, before, deeds),
        "aws" | "gsutil" | "gcloud" | "az" | "s3cmd" | "mc"
            if command.says(&["cp", "put", "mv", "upload"]) =>
        {
            secrets::to_store(command, deeds);
        }
        "mail" | "sendmail" | "mutt" | "mailx" | "swaks" => secrets::mails(command, before, deeds),
        "nslookup" | "dig" | "host" | "ping"
            if command.args().iter().any(|a| a.contains("$()")) =>
        {
            deeds.push(Deed::always(
                Sort::Leak,
                0.85,
                &["tells a stranger's name server what another command found"],
            ))
        }
        "ngrok" | "cloudflared" | "localtunnel" | "lt" | "bore" => {
            deeds.push(way_in(command, "opens this machine to the internet"))
        }
        "ssh" if command.flag('R') => {
            deeds.push(way_in(command, "lets another machine in through a tunnel"))
        }
        _ => {}
    }
    // A way in: a shell tied to a socket.
    let files = command.redirects.iter().map(|(_, file)| file);
    if command
        .words
        .iter()
        .chain(files)
        .any(|w| path::holds(w, "/dev/tcp/"))
    {
        deeds.push(Deed::always(
            Sort::Access,
            0.95,
            &["gives a stranger's machine a shell on this one"],
        ));
    }
}

fn way_in(command: &Command, does: &str) -> Deed {
    Deed::new(
        Sort::Access,
        0.7,
        &[does],
        &[command.program(), " tunnel expose"].concat(),
        GIVING.and(Senses::EXEC).and(Senses::PUBLISH),
    )
}

/// The URL of a command, with or without its scheme.
pub fn url(command: &Command) -> Option<&str> {
    command
        .option(&["--url", "-Uri", "-uri"])
        .or_else(|| {
            command
                .args()
                .iter()
                .map(String::as_str)
                .find(|a| target::url_host(a).is_some())
        })
        .or_else(|| {
            command.operands().find(|o| {
                o.contains('.') && !o.starts_with(['.', '/', '@', '{']) && !o.contains([' ', '='])
            })
        })
}

fn request(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    let Some(url) = url(command) else { return };
    let url = url.trim_matches('"');
    let host = target::url_host(url).unwrap_or_else(|| url.split('/').next().unwrap_or(url));
    if is_metadata(host)
        && !url.contains("instance-id")
        && !url.contains("placement")
        && (url.contains("credential")
            || url.contains("token")
            || url.contains("user-data")
            || url.contains("identity"))
    {
        deeds.push(Deed::always(
            Sort::Leak,
            0.8,
            &["takes the machine's own keys from `", host, "`"],
        ));
    }
    if is_here(host) {
        return;
    }
    if let Some(secret) = secrets::carried(command, before) {
        deeds.push(Deed::new(
            Sort::Leak,
            0.9,
            &["sends ", &secret, " to `", host, "`"],
            host,
            Senses::SEND.and(Senses::UPLOAD).and(Senses::SHARE),
        ));
    }
    super::http::by_command(command, url, deeds);
}

/// Addresses at which a cloud hands a machine its keys.
fn is_metadata(host: &str) -> bool {
    matches!(
        host,
        "169.254.169.254"
            | "metadata.google.internal"
            | "169.254.170.2"
            | "100.100.100.200"
            | "metadata"
    )
}

/// True for the machine itself.
pub fn is_here(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or(host);
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "::1")
        || host.ends_with(".localhost")
}

/// Code that is fetched and run unseen: `curl … | sh`, `bash <(curl …)`,
/// `sh -c "$(curl …)"`, `wget x -O i.sh && sh i.sh`.
pub fn fetched_and_run(commands: &[Command], deeds: &mut Vec<Deed>) {
    let fetches = |c: &Command| {
        matches!(
            c.program(),
            "curl" | "wget" | "fetch" | "iwr" | "irm" | "Invoke-WebRequest" | "aria2c"
        )
    };
    for (i, command) in commands.iter().enumerate() {
        let runs = unwrap::is_shell(command.program()) && command.program() != "su"
            || matches!(
                command.program(),
                "python"
                    | "python3"
                    | "perl"
                    | "ruby"
                    | "node"
                    | "php"
                    | "iex"
                    | "IEX"
                    | "Invoke-Expression"
                    | "eval"
                    | "pwsh"
            );
        if !runs {
            continue;
        }
        let before = &commands[..i];
        let piped = command.piped && {
            let start = before.iter().rposition(|c| !c.piped).unwrap_or(0);
            before[start..].iter().any(fetches)
        };
        let lower = command.program().to_ascii_lowercase();
        let downloads = matches!(lower.as_str(), "iex" | "invoke-expression")
            && commands[i..]
                .iter()
                .any(|c| fetches(c) || c.line().contains("DownloadString"));
        let hidden = command.piped
            && before.last().is_some_and(|c| {
                matches!(
                    c.program(),
                    "base64" | "xxd" | "openssl" | "gpg" | "uudecode" | "rev"
                )
            });
        // A substitution's commands stand behind the one they belong to.
        let substituted = command.args().iter().any(|a| a.contains("$()"))
            && commands[i + 1..].iter().any(fetches);
        let file = command.operand(0);
        let saved = !file.is_empty() && before.iter().any(|c| fetches(c) && saves_as(c, file));
        let from = before
            .iter()
            .chain(&commands[i + 1..])
            .find(|c| fetches(c))
            .and_then(url)
            .unwrap_or("elsewhere");
        if piped || substituted || saved || downloads {
            let mut deed = Deed::new(
                Sort::Unseen,
                0.85,
                &["runs what `", from, "` gives, unseen"],
                house(from),
                Senses::EXEC.and(CHANGING),
            );
            deed.text = [from, " | ", &command.line()].concat();
            deeds.push(deed);
        } else if hidden {
            deeds.push(Deed::always(
                Sort::Unseen,
                0.85,
                &["runs code that is hidden in an encoding"],
            ));
        }
    }
    if !commands.iter().any(fetches) {
        return;
    }
    for (i, command) in commands.iter().enumerate() {
        let program = command.program();
        let made = commands[..i]
            .iter()
            .any(|c| fetches(c) && saves_as(c, program));
        let runnable = commands[..i].iter().any(|c| {
            c.program() == "chmod" && c.operands().any(|o| super::command::name(o) == program)
        });
        if made && runnable {
            let from = commands
                .iter()
                .find(|c| fetches(c))
                .and_then(url)
                .unwrap_or("elsewhere");
            deeds.push(Deed::new(
                Sort::Unseen,
                0.85,
                &["runs what `", from, "` gives, unseen"],
                house(from),
                Senses::EXEC.and(CHANGING),
            ));
        }
    }
}

/// The host of a URL: what the user must have named to trust what it gives.
///
/// Of a well-formed address the last label but one: whoever asks to install
/// `docker` may take what `https://get.docker.com` gives.
fn house(url: &str) -> &str {
    let host = target::url_host(url).unwrap_or(url);
    let mut labels = host.rsplit('.');
    match (labels.next(), labels.next()) {
        (Some("com" | "org" | "io" | "dev" | "rs" | "net" | "sh"), Some(label))
            if url.starts_with("https://") && label.len() >= 4 =>
        {
            label
        }
        _ => host,
    }
}

fn saves_as(fetch: &Command, file: &str) -> bool {
    let name = super::command::name(file);
    let output = fetch.option(&["-o", "-O", "--output", "--output-document", "-OutFile"]);
    output.is_some_and(|o| super::command::name(o) == name)
        || fetch
            .written()
            .any(|(_, f)| super::command::name(f) == name)
        || url(fetch).is_some_and(|u| {
            super::command::name(u) == name && (fetch.flag('O') || fetch.program() == "wget")
        })
}
