//! Statements that give power, or switch off what guards it.

use super::word;

/// `SET role = 'admin'`, `SET password = …`, `SET is_admin = true`: columns
/// that say what somebody may do, before any `WHERE`.
pub(super) fn sets_power(words: &[String]) -> bool {
    let from = words.iter().position(|w| w == "set").unwrap_or(0);
    let to = words
        .iter()
        .rposition(|w| w == "where")
        .unwrap_or(words.len())
        .max(from);
    words[from..to]
        .windows(3)
        .any(|w| w[1] == "=" && (powerful(&w[0], &w[2])))
}

fn powerful(column: &str, value: &str) -> bool {
    let column = column.rsplit('.').next().unwrap_or(column);
    let off = matches!(value, "false" | "0" | "null" | "n" | "no");
    match column {
        "is_admin" | "admin" | "is_superuser" | "is_staff" | "superuser" | "is_root"
        | "is_owner" => !off,
        "role" | "roles" | "user_role" | "group_name" | "access_level" | "permissions"
        | "privileges" => ["admin", "root", "owner", "super", "all", "*"]
            .iter()
            .any(|p| value.contains(p)),
        "password" | "password_hash" | "passwd" | "encrypted_password" | "hashed_password"
        | "api_key" | "totp_secret" | "mfa_secret" => true,
        "mfa_enabled" | "two_factor_enabled" | "totp_enabled" | "is_verified_mfa" => off,
        _ => false,
    }
}

pub(super) fn inserts_power(words: &[String]) -> bool {
    let table = word(words, 2);
    let people = [
        "user",
        "admin",
        "account",
        "role",
        "grant",
        "permission",
        "member",
        "api_key",
        "token",
    ];
    people.iter().any(|p| table.contains(p))
        && words[3.min(words.len())..].iter().any(|w| {
            matches!(
                w.as_str(),
                "admin"
                    | "root"
                    | "owner"
                    | "superuser"
                    | "superadmin"
                    | "administrator"
                    | "is_admin"
                    | "is_superuser"
            )
        })
        || table.ends_with("admins")
}

/// `DISABLE TRIGGER`, `DISABLE ROW LEVEL SECURITY`, `SET RECOVERY SIMPLE`.
pub(super) fn unguards(words: &[String]) -> bool {
    let has = |w: &str| words.iter().any(|x| x == w);
    has("disable") && (has("trigger") || has("row") || has("security"))
        || has("drop") && has("constraint")
        || has("nocheck")
        || has("no") && has("force") && has("row")
        || has("recovery") && has("simple")
}

/// `SET FOREIGN_KEY_CHECKS = 0`, `SET sql_log_bin = 0`, `SET GLOBAL general_log = off`.
pub(super) fn switches_off(words: &[String]) -> bool {
    let nets = [
        "foreign_key_checks",
        "sql_log_bin",
        "general_log",
        "sql_safe_updates",
        "row_security",
        "log_statement",
        "session_replication_role",
        "fsync",
        "unique_checks",
    ];
    let checks = words
        .iter()
        .any(|w| w.contains("check") || w.contains("safe") || w.contains("audit"));
    let named = checks
        || words
            .iter()
            .any(|w| nets.iter().any(|n| w.trim_start_matches('@').ends_with(n)));
    named
        && words
            .iter()
            .any(|w| matches!(w.as_str(), "0" | "off" | "none" | "replica" | "false"))
}
