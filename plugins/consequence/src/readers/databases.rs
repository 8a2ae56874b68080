//! The command lines of databases and queues.

use super::deed::{Deed, ENDING, Sort};
use super::place::{is_live_place, is_trial_place};
use super::shell::Command;
use super::sql::{self, Statement};
use crate::lexicon::Senses;

/// True for programs that take SQL.
pub fn takes_sql(program: &str) -> bool {
    matches!(
        program,
        "psql"
            | "mysql"
            | "mariadb"
            | "sqlite3"
            | "sqlite"
            | "sqlcmd"
            | "clickhouse-client"
            | "clickhouse"
            | "bq"
            | "duckdb"
            | "cockroach"
            | "cqlsh"
            | "snowsql"
            | "sqlplus"
            | "trino"
            | "usql"
            | "isql"
            | "mycli"
            | "pgcli"
            | "presto"
    )
}

/// The statements a command hands to a database.
pub fn statements(command: &Command, before: &[Command]) -> Vec<Statement> {
    if !takes_sql(command.program()) {
        return Vec::new();
    }
    let mut found: Vec<Statement> = Vec::new();
    for arg in command.args() {
        found.extend(sql::statements(
            arg.split_once('=')
                .filter(|(k, _)| k.starts_with("--"))
                .map_or(arg, |(_, v)| v),
        ));
    }
    if let Some(text) = &command.fed {
        found.extend(sql::statements(text));
    } else if command.piped
        && let Some(text) = super::unwrap::said(before)
    {
        found.extend(sql::statements(&text));
    }
    let place = command
        .args()
        .iter()
        .any(|a| is_trial_place(a) && !a.contains(' '))
        || command.host.as_deref().is_some_and(is_trial_place);
    if place
        && !command
            .args()
            .iter()
            .any(|a| !a.contains(' ') && is_live_place(a))
    {
        found.retain(|s| s.act.reaches_out());
    }
    found
}

/// Reads one command of a database.
pub fn read(command: &Command, deeds: &mut Vec<Deed>) {
    let Some(does) = ends(command) else { return };
    let named = || command.args().iter().chain(&command.variables);
    if named().any(|a| is_trial_place(a) && !a.contains(' ')) && !named().any(|a| is_live_place(a))
    {
        return;
    }
    let object = match command.program() {
        "alembic" => "base beginning nothing",
        // "Empty db 0" asks for one of them.
        "redis-cli" | "valkey-cli" | "redis" if does == ALL_OF_THEM => {
            "all every everything whole entire flushall todo todos tout toutes alles alle ganze"
        }
        "redis-cli" | "valkey-cli" | "redis" => &[
            &command.line(),
            " database cache sessions keys base cle schlussel clave",
        ]
        .concat(),
        _ => &command.line(),
    };
    deeds.push(Deed::new(
        Sort::Destroy,
        0.85,
        &[does],
        object,
        ENDING.and(Senses::RETURN),
    ));
}

/// What empties not one database but each of a server's.
const ALL_OF_THEM: &str = "empties every database of the server";

/// What a command of a database ends, when it does.
fn ends(command: &Command) -> Option<&'static str> {
    let line = || command.line();
    let upper = || line().to_ascii_uppercase();
    match command.program() {
        "dropdb" | "dropuser" => Some("drops a database for good"),
        "redis-cli" | "valkey-cli" | "redis" if upper().contains("FLUSHALL") => Some(ALL_OF_THEM),
        "redis-cli" | "valkey-cli" | "redis" if upper().contains("FLUSHDB") => {
            Some("empties a database")
        }
        "mongo" | "mongosh" if line().contains("dropDatabase(") || line().contains(".drop(") => {
            Some("drops data for good")
        }
        "mongo" | "mongosh"
            if line().contains("deleteMany({})") || line().contains(".remove({})") =>
        {
            Some("deletes every document")
        }
        "mongorestore" if command.has("--drop") => Some("overwrites a database with a copy"),
        "pg_restore" if command.has("--clean") || command.flag('c') => {
            Some("overwrites a database with a copy")
        }
        "mysqladmin" if command.says(&["drop"]) => Some("drops a database for good"),
        "kafka-topics" | "kafka-topics.sh" if command.has("--delete") => {
            Some("deletes a queue and all in it")
        }
        "kafka-consumer-groups" | "kafka-consumer-groups.sh"
            if command.has("--reset-offsets") && command.has("--execute") =>
        {
            Some("moves readers of a queue past what they have not read")
        }
        "hdfs" | "hadoop"
            if command.has("-rm") && (command.flag('r') || command.has("-skipTrash")) =>
        {
            Some("deletes data for good")
        }
        "bq" if command.operand(0) == "rm" => Some("deletes a table or a set of tables"),
        "airflow" if command.says(&["delete", "reset", "clear"]) => {
            Some("deletes jobs or what is known of them")
        }
        "dbt" if command.has("--full-refresh") && !command.says(&["test", "compile", "ls"]) => {
            Some("builds tables anew and drops the old ones")
        }
        "spark-sql" | "hive" | "beeline" if upper().contains("DROP ") => {
            Some("drops data for good")
        }
        "rabbitmqctl"
            if command.says(&[
                "delete_queue",
                "reset",
                "force_reset",
                "purge_queue",
                "delete_vhost",
            ]) =>
        {
            Some("deletes a queue and all in it")
        }
        "etcdctl" | "consul" | "nomad" if command.says(&["del", "delete", "purge"]) => {
            Some("deletes what a cluster runs by")
        }
        "rails" | "rake" | "bin/rails"
            if command.says(&["db:drop", "db:reset", "db:schema:load"]) =>
        {
            Some("drops a database for good")
        }
        "prisma" if line().contains("migrate reset") || line().contains("--force-reset") => {
            Some("empties a database")
        }
        "manage.py" | "django-admin" if command.says(&["flush", "reset_db"]) => {
            Some("empties a database")
        }
        "python" | "python3"
            if command.says(&["manage.py"]) && command.says(&["flush", "reset_db"]) =>
        {
            Some("empties a database")
        }
        "artisan" | "php" if command.says(&["migrate:fresh", "db:wipe", "migrate:reset"]) => {
            Some("empties a database")
        }
        "npx" | "pnpm" | "yarn" if line().contains("prisma migrate reset") => {
            Some("empties a database")
        }
        "alembic" if command.says(&["downgrade"]) && command.says(&["base"]) => {
            Some("takes a database back to nothing")
        }
        _ => None,
    }
}
