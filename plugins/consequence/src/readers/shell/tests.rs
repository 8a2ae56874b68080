use super::*;

fn lines(text: &str) -> Vec<String> {
    commands(text).iter().map(Command::line).collect()
}

#[test]
fn commands_are_separated_and_quotes_undone() {
    assert_eq!(
        lines("cd a && rm -rf 'my dir' ; ls | wc -l"),
        ["cd a", "rm -rf my dir", "ls", "wc -l"]
    );
    assert_eq!(lines("echo \"rm -rf /\""), ["echo rm -rf /"]);
    assert_eq!(commands("echo \"rm -rf /\"")[0].program(), "echo");
    assert!(commands("curl x | sh")[1].piped && !commands("curl x || sh")[1].piped);
}

#[test]
fn wrappers_and_nested_shells_are_opened() {
    for (text, last) in [
        ("sudo -u root env A=1 /bin/rm -r x", "rm -r x"),
        ("bash -c \"rm -rf ~\"", "rm -rf ~"),
        ("ssh -q -p 22 host 'systemctl stop x'", "systemctl stop x"),
        ("echo $(rm -rf x)", "rm -rf x"),
        ("echo \"now: $(rm -rf x)\"", "rm -rf x"),
        ("find . -name x | xargs -0 rm -f", "rm -f"),
        ("find . -name '*.log' -exec rm -f {} +", "rm -f {}"),
        ("kubectl exec -it pod-1 -- rm -rf /data", "rm -rf /data"),
        ("docker run --rm alpine sh -c 'rm -rf /x'", "rm -rf /x"),
        ("if true; then rm -rf x; fi", "rm -rf x"),
        ("for d in a b; do rm -rf x; done", "rm -rf x"),
        ("echo cm0gLXJmIC9kYXRh | base64 -d | sh", "rm -rf /data"),
        ("base64 -d <<< cm0gLXJmIC9kYXRh | bash", "rm -rf /data"),
        ("bash <<'EOF'\nrm -rf /data\nEOF\n", "rm -rf /data"),
        ("echo 'rm -rf /data' | sh", "rm -rf /data"),
        ("eval \"rm -rf /data\"", "rm -rf /data"),
        ("pwsh -Command 'rm -rf /data'", "rm -rf /data"),
        ("flock /tmp/l rm -rf /data", "rm -rf /data"),
    ] {
        let found = lines(text);
        assert!(found.iter().any(|l| l == last), "{text}: {found:?}");
    }
}

#[test]
fn disguises_are_undone() {
    for text in [
        "r''m -r\"f\" /",
        "X=rm; $X -rf /",
        "X='rm -rf'; ${X} /",
        "{rm,-rf,/}",
        "rm${IFS}-rf${IFS}/",
        "$'\\x72\\155' -rf /",
        "\\rm -rf /",
        "/usr/bin/rm -rf /",
    ] {
        assert!(lines(text).iter().any(|l| l == "rm -rf /"), "{text}");
    }
}

#[test]
fn redirections_are_not_operands() {
    let command = &commands("cat a >> out.txt 2>&1 b")[0];
    assert_eq!(command.operands().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(command.redirects, [(">>", "out.txt".to_owned())]);
    assert_eq!(commands("> important.db")[0].redirects[0].0, ">");
}

#[test]
fn a_here_document_is_input_and_no_commands() {
    let found = commands("cat > notes.md <<EOF\nrm -rf /\nEOF\nls");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].fed.as_deref(), Some("rm -rf /\n"));
}

#[test]
fn the_machine_a_command_runs_on_is_kept() {
    let found = commands("ssh -i k deploy@db-1 'sudo rm -rf /srv/x'");
    assert_eq!(found[1].host.as_deref(), Some("deploy@db-1"));
}

#[test]
fn broken_text_is_read_as_far_as_it_goes() {
    for text in [
        "'", "\"a", "\\", "a |", "((((", "$(", "2>", "", "<<", "<<EOF", "${", "$'", "`", "a <<E\n",
        "é$(é",
    ] {
        let _ = commands(text);
    }
}
