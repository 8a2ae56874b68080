//! What a line says that weakens something, and what a user names who wants it.

use super::deed::Sort;

/// What a text says, without spaces and quotes and in small letters, and what
/// that does. The last part is what a user names who wants it.
#[rustfmt::skip]
pub(super) const LOOSE: &[(Sort, &str, &str, &str)] = &[
    (Sort::Guard, "cert_none", TRUSTS, TLS),
    (Sort::Guard, "_create_unverified_context", TRUSTS, TLS),
    (Sort::Guard, "verify_none", TRUSTS, TLS),
    (Sort::Guard, "--insecure", TRUSTS, TLS),
    (Sort::Guard, "--no-check-certificate", TRUSTS, TLS),
    (Sort::Guard, "danger_accept_invalid_certs(true", TRUSTS, TLS),
    (Sort::Guard, "disable_warnings(", TRUSTS, TLS),
    (Sort::Guard, "node_tls_reject_unauthorized=0", TRUSTS, TLS),
    (Sort::Guard, "stricthostkeycheckingno", TRUSTS, TLS),
    (Sort::Guard, "--no-verify", CHECKS, TESTS),
    (Sort::Guard, "-dskiptests", CHECKS, TESTS),
    (Sort::Guard, "continue-on-error:true", CHECKS, TESTS),
    (Sort::Guard, "allow_failure:true", CHECKS, TESTS),
    (Sort::Guard, "mark.skip", CHECKS, TESTS),
    (Sort::Guard, "pytest.skip(", CHECKS, TESTS),
    (Sort::Guard, "it.skip(", CHECKS, TESTS),
    (Sort::Guard, "test.skip(", CHECKS, TESTS),
    (Sort::Guard, "describe.skip(", CHECKS, TESTS),
    (Sort::Guard, "xit(", CHECKS, TESTS),
    (Sort::Guard, "xdescribe(", CHECKS, TESTS),
    (Sort::Guard, "t.skip(", CHECKS, TESTS),
    (Sort::Guard, "@disabled", CHECKS, TESTS),
    (Sort::Guard, "unittest.skip", CHECKS, TESTS),
    (Sort::Guard, "#[ignore", CHECKS, TESTS),
    (Sort::Guard, "#nosec", CHECKS, "scan scanner security nosec warning"),
    (Sort::Guard, "gitleaks:allow", CHECKS, "scan scanner secret gitleaks"),
    (Sort::Guard, "csrf_exempt", ASKS, "csrf"),
    (Sort::Guard, "csrf().disable(", ASKS, "csrf"),
    (Sort::Guard, "permitall()", ASKS, AUTH),
    (Sort::Guard, "force_destroy=true", LOSES, LOSS),
    (Sort::Access, "permitrootloginyes", OPENS, "root login"),
    (Sort::Access, "nopasswd", OPENS, "sudo password passwordless"),
    (Sort::Access, "access-control-allow-origin:*", OPENS, "cors origin origins"),
    (Sort::Access, "allow_origins=[*]", OPENS, "cors origin origins"),
    (Sort::Access, "action:*", OPENS, "admin all full policy everything"),
    (Sort::Access, "principal:*", OPENS, "public everyone anyone policy"),
    (Sort::Access, "roles/owner", OPENS, "owner"),
    (Sort::Access, "cluster-admin", OPENS, "admin"),
    (Sort::Access, "privileged:true", OPENS, "privileged root"),
    (Sort::Access, "hostnetwork:true", OPENS, "network"),
    (Sort::Access, "hostpid:true", OPENS, "host"),
    (Sort::Access, "allowprivilegeescalation:true", OPENS, "privileged privilege root"),
    (Sort::Access, "permissions:write-all", OPENS, "permissions write"),
    (Sort::Access, "pull_request_target", OPENS, "forks external contributors pull_request_target"),
    (Sort::Access, "public-read", SHOWS, PUBLIC),
    (Sort::Access, "allusers", SHOWS, PUBLIC),
    (Sort::Access, "allauthenticatedusers", SHOWS, PUBLIC),
    (Sort::Access, "publicly_accessible=true", SHOWS, PUBLIC),
    (Sort::Access, "publiclyaccessible:true", SHOWS, PUBLIC),
    (Sort::Access, "requireallgranted", SHOWS, PUBLIC),
    (Sort::Access, "0.0.0.0/0", SHOWS, PUBLIC),
    (Sort::Access, "::/0", SHOWS, PUBLIC),
];

pub(super) const TRUSTS: &str = "no longer checks whom it talks to";
pub(super) const CHECKS: &str = "lets pass what a check or a test would catch";
pub(super) const ASKS: &str = "no longer asks who somebody is";
pub(super) const LOSES: &str = "lets go for good what was kept from being lost";
pub(super) const OPENS: &str = "gives more power than there was";
pub(super) const SHOWS: &str = "opens it to everybody";

pub(super) const TLS: &str = "verify verification certificate certificates tls ssl insecure zertifikat zertifikate certificat certificado";
pub(super) const TESTS: &str =
    "skip skipped check checks test tests ci hook hooks prueba pruebas prufung";
pub(super) const AUTH: &str = "login auth authentication anonymous public";
pub(super) const LOSS: &str = "force destroy snapshot protection";
pub(super) const PUBLIC: &str =
    "public publicly everyone anyone internet open world offentlich publico";
