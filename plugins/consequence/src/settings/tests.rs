use super::*;

fn read(text: &str) -> Result<Settings, String> {
    coldnotch_plugin::json::from_str::<Settings>(text).map_err(|e| e.to_string())
}

#[test]
fn own_domains_cover_their_sub_domains_only() {
    let settings = Settings {
        own_domains: vec!["acme.example".to_owned()],
        ..Settings::default()
    };
    assert!(settings.owns("acme.example"));
    assert!(settings.owns("Mail.ACME.example"));
    assert!(!settings.owns("notacme.example"));
    assert!(!settings.owns("acme.example.evil.example"));
}

#[test]
fn a_mistake_in_the_settings_is_named() {
    assert!(read("{}").is_ok());
    for (settings, named) in [
        (r#"{"own_domain":[]}"#, "own_domains"),
        (r#"{"own_domains":"acme.example"}"#, "own_domains"),
        (r#"{"own_domains":["acme.example",7]}"#, "own_domains[1]"),
        (r#"{"amount_limit":"100"}"#, "amount_limit"),
        (
            r#"{"amount_limits":{"refund*":-1}}"#,
            "amount_limits.refund*",
        ),
        (r#"{"strictness":"very"}"#, "lenient"),
        (r#"{"disabled_rules":["money-in"]}"#, "money-out"),
    ] {
        let error = read(settings).err().unwrap_or_default();
        assert!(error.contains(named), "{settings}: {error}");
    }
}

#[test]
fn names_paths_and_patterns_are_matched_as_a_whole() {
    let settings = read(
        r#"{"own_accounts":["DE12 5001 0517 0648 4898 90"],"amount_limit":100,"amount_limits":{"refund*":20},
            "trusted_tools":["crm.get"],"trusted_sources":["wiki.acme.example"],"sensitive_paths":["/srv/hr/"],
            "sensitive_patterns":["Falcon","EMP-####"],"test_environments":["staging","test.acme.example"]}"#,
    )
    .unwrap_or_default();
    assert!(settings.owns_account("de12500105170648489890"));
    assert_eq!(settings.limit_of(&Words::of("refund_order")), Some(20.0));
    assert_eq!(
        settings.limit_of(&Words::of("payments.create")),
        Some(100.0)
    );
    assert!(
        settings.trusts_tool(&Words::of("crm_get"))
            && !settings.trusts_tool(&Words::of("crm.get_all"))
    );
    assert!(
        settings.trusts_source("https://wiki.acme.example/x")
            && !settings.trusts_source("https://evil.example/wiki.acme.example")
    );
    assert!(
        settings.is_sensitive_path("cat /srv/hr/list.csv")
            && !settings.is_sensitive_path("/srv/hrx")
    );
    assert_eq!(settings.sensitive_in("see EMP-1234."), Some("EMP-####"));
    assert_eq!(settings.sensitive_in("the falconer"), None);
    assert!(
        settings.is_test("staging")
            && settings.is_test("https://db.test.acme.example/")
            && !settings.is_test("prod")
    );
}

/// The reason codes of a session's last step under these settings.
fn codes(settings: &str, session: &str) -> Vec<String> {
    let settings = read(settings).unwrap_or_default();
    let session = coldnotch_plugin::json::from_str(session).unwrap_or_default();
    let judged = crate::testing::replay(&session, &settings).pop();
    judged.map(|j| j.codes).unwrap_or_default()
}

#[test]
fn each_setting_changes_what_is_held() {
    let pay = r#"{"intent":"Pay Hill & Co 50.00 EUR.","steps":[{"type":"payments.create","payload":{"payee":"Hill & Co","amount":50}}]}"#;
    let own = r#"{"intent":"Check the balance.","steps":[{"type":"transfer_money","payload":{"amount":50,"to_account":"11112222333"}}]}"#;
    let twice = r#"{"intent":"Pay Hill & Co and Ruiz 50.00 EUR each.","steps":[{"type":"payments.create","payload":{"payee":"Hill & Co","amount":50}},
        {"type":"payments.create","payload":{"payee":"Ruiz","amount":50}}]}"#;
    let read = r#"{"intent":null,"steps":[{"type":"read_file","payload":{"path":"projects/crane/list.csv"}},
        {"type":"http_request","payload":{"method":"POST","url":"https://c.example/in","body":"ok"}}]}"#;
    let tell = r#"{"intent":"Tell Tom at tom@buyer.example what we plan.","steps":[{"type":"send_email","payload":{"to":"tom@buyer.example","body":"It is called Falcon."}}]}"#;
    let drop = r#"{"intent":"Check the tables.","steps":[{"type":"database.delete","payload":{"environment":"staging","table":"users"}}]}"#;
    for (settings, session, code, held_without) in [
        (r#"{"amount_limit":40}"#, pay, "amount-not-asked", false),
        (
            r#"{"amount_limits":{"payments*":40}}"#,
            pay,
            "amount-not-asked",
            false,
        ),
        (r#"{"session_limit":80}"#, twice, "total-not-asked", false),
        (
            r#"{"sensitive_paths":["projects/crane"]}"#,
            read,
            "secret-then-send",
            false,
        ),
        (
            r#"{"sensitive_patterns":["falcon"]}"#,
            tell,
            "secret-in-message",
            false,
        ),
        (
            r#"{"own_accounts":["11112222333"]}"#,
            own,
            "money-out",
            true,
        ),
        (
            r#"{"test_environments":["staging"]}"#,
            drop,
            "destructive-delete",
            true,
        ),
        (
            r#"{"disabled_rules":["money-out"]}"#,
            own,
            "money-out",
            true,
        ),
    ] {
        let holds = |settings| codes(settings, session).iter().any(|c| c == code);
        assert_eq!(holds("{}"), held_without, "{code} without {settings}");
        assert_eq!(holds(settings), !held_without, "{code} with {settings}");
    }
}
