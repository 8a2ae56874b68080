//! How it is set up: without a token, without a secret.

use crate::command::*;
use crate::holding::*;
use crate::slack::{Mood, SECRET, Slack};
use crate::{pay, place, slack, web};

#[test]
fn without_a_token_the_log_shows_what_would_be_posted() {
    let place = Place::new(&format!("{HOLDING}{PAUSING}"));
    let with = |command: &mut std::process::Command| {
        command
            .env("SLACK_CHANNEL", "C1")
            .env("SLACK_SIGNING_SECRET", SECRET);
    };
    let (mut server, _) = web::started_with(&place, with);
    let held = ask(&place, &pay("1"));
    let id = held["approval_id"].as_str().unwrap();
    server.heard("HOLD -> Slack, dry run: no SLACK_BOT_TOKEN");
    server.heard("action: pay by bot");
    server.heard(&format!("approval_id = {id}"));
    assert!(
        place
            .run(&format!("approvals refuse {id} --by ana"), "")
            .status
            .success()
    );
    server.heard(&format!("{id} is refused by"));
}

#[test]
fn a_server_that_others_can_reach_does_not_start_without_the_signing_secret() {
    let slack = Slack::start(Mood::Up);
    let unsigned = slack.config().replace("signing_secret", "# signing_secret");
    let public = "[server]\npublic_url = \"https://coldnotch.example.com\"\n";
    let place = Place::new(&format!("{HOLDING}{PAUSING}{public}{unsigned}"));
    let refused = place.run("serve --listen 127.0.0.1:0", "");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(errors(&refused).contains("signing_secret"), "{refused:?}");

    let place = Place::new(&format!("{HOLDING}{PAUSING}{unsigned}"));
    assert!(
        place
            .run("keys create ops --role operator", "")
            .status
            .success()
    );
    let refused = place.run("serve --listen 0.0.0.0:0", "");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(errors(&refused).contains("signing_secret"), "{refused:?}");
}

#[test]
fn secrets_are_not_shown() {
    let slack = Slack::start(Mood::Up);
    let place = place(&slack, "");
    for line in ["config show", "config show --json", "config show --origin"] {
        let mut command = place.command(line);
        command.env("SLACK_BOT_TOKEN", "xoxb-from-the-environment");
        let shown = fed(command, b"");
        assert!(shown.status.success(), "{shown:?}");
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(text.contains("slack.token"), "{text}");
        for secret in [SECRET, slack::TOKEN, "xoxb-from"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
