//! HTTP requests: what method, host, path and body would do.

use super::deed::{CHANGING, Deed, ENDING, GIVING, Sort};
use super::place::is_trial_place;
use super::shell::Command;
use crate::lexicon::Senses;
use crate::words::Words;

/// One request.
pub struct Request<'a> {
    /// In upper case: `GET`.
    pub method: String,
    /// With or without scheme and host.
    pub url: &'a str,
    /// The text sent along, empty when none.
    pub body: &'a str,
}

/// Reads the request of a command line (`curl -X DELETE …`, `gh api -X PUT …`).
pub fn by_command(command: &Command, url: &str, deeds: &mut Vec<Deed>) {
    let body = command
        .option(&[
            "-d",
            "--data",
            "--data-raw",
            "--data-binary",
            "--json",
            "--data-urlencode",
            "-Body",
            "--input",
            "-f",
            "-F",
            "--field",
        ])
        .unwrap_or_default();
    let method = command
        .option(&["-X", "--request", "--method", "-Method"])
        .map(str::to_ascii_uppercase)
        .or_else(|| {
            let glued = command.args().iter().find_map(|a| a.strip_prefix("-X"));
            glued.filter(|m| !m.is_empty()).map(str::to_ascii_uppercase)
        })
        .or_else(|| {
            let first = command.operand(0);
            matches!(first, "GET" | "POST" | "PUT" | "PATCH" | "DELETE").then(|| first.to_owned())
        })
        .unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.to_owned());
    read(&Request { method, url, body }, deeds);
}

/// Reads one request.
pub fn read(request: &Request, deeds: &mut Vec<Deed>) {
    let method = request.method.as_str();
    if matches!(method, "GET" | "HEAD" | "OPTIONS" | "") {
        return;
    }
    let (host, path) = parts(request.url);
    if is_trial_place(host) {
        return;
    }
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let words = Words::of(path);
    let said = |any: Senses| words.each().any(|s| s.any(any));
    let last = segments.last().copied().unwrap_or_default();
    let thing = segments
        .iter()
        .rev()
        .find(|s| s.chars().any(|c| c.is_alphabetic()))
        .copied()
        .unwrap_or(path);
    let ends = method == "DELETE"
        || said(Senses::DELETE) && method != "GET"
        || last.contains("_delete_by_query");
    let protects = words.iter().any(|w| {
        matches!(
            w,
            "protection" | "rulesets" | "ruleset" | "hooks" | "alerts"
        )
    });
    if protects && (method == "DELETE" || off_in(request.body)) {
        deeds.push(Deed::new(
            Sort::Guard,
            0.8,
            &["takes away the protection at `", path, "`"],
            path,
            ENDING,
        ));
    } else if proves(&words) && method != "GET" && !said(Senses::READ) {
        deeds.push(Deed::new(
            Sort::Access,
            0.8,
            &["changes how somebody proves who he is (`", path, "`)"],
            PROOFS,
            GIVING.and(ENDING),
        ));
    } else if ends && !segments.iter().any(|s| is_trial_place(s)) && !said(Senses::LIGHT) {
        let wide = request.body.contains("match_all")
            || last == "*"
            || last == "_all"
            || !names_one(&segments);
        let extent = if wide { " with all in it" } else { "" };
        let risk = if wide { 0.85 } else { 0.7 };
        deeds.push(Deed::new(
            Sort::Destroy,
            risk,
            &["deletes `", path, "` on `", host, "`", extent],
            &segments.join(" "),
            ENDING,
        ));
    } else if words.iter().any(|w| {
        matches!(
            w,
            "collaborators"
                | "keys"
                | "tokens"
                | "memberships"
                | "permissions"
                | "roles"
                | "role"
                | "policies"
                | "iam"
                | "grants"
                | "setiampolicy"
        )
    }) && matches!(method, "POST" | "PUT" | "PATCH")
        && !said(Senses::READ)
    {
        deeds.push(Deed::new(
            Sort::Access,
            0.75,
            &["changes who may do what (`", thing, "` on `", host, "`)"],
            &segments.join(" "),
            GIVING,
        ));
    } else if matches!(method, "PATCH" | "POST" | "PUT")
        && request.body.contains("visibility")
        && request.body.contains("public")
        || request.body.contains("\"private\":false")
        || request.body.contains("\"private\": false")
    {
        deeds.push(Deed::new(
            Sort::Publish,
            0.8,
            &["shows `", path, "` to everybody"],
            "public open publish",
            CHANGING.and(Senses::PUBLISH).and(Senses::SHARE),
        ));
    }
}

/// What a user names who wants such a thing.
const PROOFS: &str = "mfa 2fa totp otp authenticator factor factors second password passwort kennwort contrasena passe faktor facteur \
    authentication authentification authentifizierung autenticacion recovery";

/// True for the path of what somebody logs in with.
fn proves(words: &Words) -> bool {
    words.iter().any(|w| {
        matches!(
            w,
            "mfa"
                | "2fa"
                | "totp"
                | "otp"
                | "authenticator"
                | "authenticators"
                | "factors"
                | "fido"
                | "webauthn"
                | "passkeys"
                | "passwords"
        )
    })
}

/// Host and path of a URL, without the query.
pub fn parts(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, r)| r);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    if url.starts_with('/')
        || !url.contains("://") && !rest.split('/').next().is_some_and(|h| h.contains('.'))
    {
        return ("", rest);
    }
    rest.split_once('/').unwrap_or((rest, ""))
}

/// True when the last part of the path is one thing's number or name and not a
/// whole collection: `/customers/42`, not `/customers`.
fn names_one(segments: &[&str]) -> bool {
    let Some(last) = segments.last() else {
        return false;
    };
    let plural = last.ends_with('s')
        && last
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'_');
    !plural
}

fn off_in(body: &str) -> bool {
    let compact: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    compact.contains(":false") || compact.contains(":null") || compact.contains("disabled")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorts(method: &str, url: &str, body: &str) -> Vec<Sort> {
        let mut deeds = Vec::new();
        let method = method.to_owned();
        read(&Request { method, url, body }, &mut deeds);
        deeds.into_iter().map(|d| d.sort).collect()
    }

    #[test]
    fn a_request_does_what_its_method_and_path_say() {
        for (method, url, body, sort) in [
            (
                "DELETE",
                "https://api.x.example/v1/customers/42",
                "",
                Sort::Destroy,
            ),
            (
                "DELETE",
                "https://search.x.example/orders",
                "",
                Sort::Destroy,
            ),
            (
                "POST",
                "https://search.x.example/orders/_delete_by_query",
                "{\"query\":{\"match_all\":{}}}",
                Sort::Destroy,
            ),
            (
                "POST",
                "https://x.example/api/projects/7/purge",
                "",
                Sort::Destroy,
            ),
            (
                "DELETE",
                "https://code.x.example/repos/a/b/branches/main/protection",
                "",
                Sort::Guard,
            ),
            (
                "PUT",
                "https://code.x.example/repos/a/b/collaborators/eve",
                "{}",
                Sort::Access,
            ),
            (
                "POST",
                "/user/keys",
                "{\"key\":\"ssh-ed25519 A\"}",
                Sort::Access,
            ),
            (
                "PATCH",
                "https://code.x.example/repos/a/b",
                "{\"private\": false}",
                Sort::Publish,
            ),
        ] {
            assert_eq!(sorts(method, url, body), [sort], "{method} {url}");
        }
        for (method, url, body) in [
            (
                "GET",
                "https://api.x.example/v1/customers/42/delete-preview",
                "",
            ),
            (
                "POST",
                "https://api.x.example/v1/search",
                "{\"q\":\"delete\"}",
            ),
            ("DELETE", "http://localhost:9200/orders", ""),
            ("DELETE", "https://api.x.example/v1/drafts/7", ""),
            ("POST", "https://api.x.example/v1/orders", "{\"sku\":1}"),
        ] {
            assert_eq!(sorts(method, url, body), [], "{method} {url}");
        }
    }
}
