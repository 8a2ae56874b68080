//! Methods of cloud libraries.

use super::super::calls::Call;
use super::super::deed::{Deed, ENDING, GIVING, Sort};
use super::super::place;

/// Methods of cloud libraries: `s3.delete_bucket(Bucket="x")`.
pub(super) fn cloud(call: &Call, last: &str, deeds: &mut Vec<Deed>) {
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
    if call.inside.contains("DryRun=True") || things.split(' ').any(place::is_trial_place) {
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
            GIVING,
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
