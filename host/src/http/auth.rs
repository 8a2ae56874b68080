//! Who asks. A key says so; while there are no keys at all, and only then, whoever
//! reaches the loopback address may do everything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};

use super::{Problem, Server};
use crate::keys::{self, Key, Keys, KeysError, Right, Role, Stamp};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The key's name; `local` where there are no keys.
    pub name: String,
    /// The key's role; `None` where there are no keys: they may do everything.
    pub role: Option<Role>,
}

impl Identity {
    /// Whoever is on this machine, while there are no keys.
    fn local() -> Self {
        Identity {
            name: "local".to_owned(),
            role: None,
        }
    }

    /// Whether they may.
    pub fn may(&self, right: Right) -> bool {
        self.role.is_none_or(|role| role.may(right))
    }

    /// Refuses those who may not.
    ///
    /// # Errors
    /// They may not.
    pub fn needs(&self, right: Right) -> Result<(), Problem> {
        let Some(role) = self.role.filter(|role| !role.may(right)) else {
            return Ok(());
        };
        let able: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|role| role.may(right))
            .map(Role::as_str)
            .collect();
        let detail = format!(
            "the role {role} may not do this; it takes a key of role {}",
            able.join(" or ")
        );
        Err(Problem::forbidden("role", detail))
    }

    /// Their name in records and answers.
    pub fn by(&self) -> String {
        match self.role {
            Some(_) => format!("key:{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Their name as whoever sent an action: what they sent they cannot answer.
    /// Without keys nobody is told apart, and nobody is kept from answering.
    pub fn asker(&self) -> String {
        match self.role {
            Some(_) => self.by(),
            None => String::new(),
        }
    }
}

impl FromRequestParts<Server> for Identity {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let identity = identify(&server.keys, &parts.headers, &parts.uri)?;
        server.limits.one(&identity)?;
        Ok(identity)
    }
}

fn identify(keys: &KeyRing, headers: &HeaderMap, uri: &Uri) -> Result<Identity, Problem> {
    match bearer(headers)? {
        Some(secret) => keys.identify(secret).ok_or_else(|| {
            let detail = "this key is not known here, was revoked or is over";
            Problem::new(StatusCode::UNAUTHORIZED, "unknown-key", detail)
        }),
        None if keys.are_needed() => {
            let detail =
                "send a key: `Authorization: Bearer KEY` (`coldnotch keys create` makes one)";
            Err(Problem::new(StatusCode::UNAUTHORIZED, "no-key", detail))
        }
        // A page in somebody's browser can reach this address under a name of its own.
        None if !asked_as_local(headers, uri) => {
            let detail = "without keys this answers as localhost, 127.0.0.1 or [::1] only";
            Err(Problem::forbidden("host", detail))
        }
        None => Ok(Identity::local()),
    }
}

/// The key that was sent, if one was.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let wrong = || {
        let detail = "`Authorization` must be one `Bearer KEY`";
        Problem::new(StatusCode::UNAUTHORIZED, "no-key", detail)
    };
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = sent.next() else {
        return Ok(None);
    };
    if sent.next().is_some() {
        return Err(wrong());
    }
    let (scheme, secret) = first
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(wrong)?;
    match scheme.eq_ignore_ascii_case("bearer") {
        true => Ok(Some(secret.trim())),
        false => Err(wrong()),
    }
}

/// Whether the request names this machine by a name no foreign page can have.
pub(super) fn asked_as_local(headers: &HeaderMap, uri: &Uri) -> bool {
    let sent = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some(host) = uri.authority().map(|a| a.as_str()).or(sent) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The keys, as the file says them now.
#[derive(Debug)]
pub struct KeyRing {
    path: PathBuf,
    known: ArcSwap<Known>,
}

#[derive(Debug)]
struct Known {
    /// The file as it was when it was read.
    stamp: Option<Stamp>,
    keys: Keys,
    /// Whether a key is needed: once there were keys there always is, even if the
    /// file goes away.
    needed: bool,
}

impl KeyRing {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(path: &Path) -> Result<Self, KeysError> {
        let stamp = keys::stamp(path);
        let keys = Keys::load(path)?;
        Ok(KeyRing {
            path: path.to_owned(),
            known: ArcSwap::from_pointee(Known {
                stamp,
                needed: !keys.all().is_empty(),
                keys,
            }),
        })
    }

    /// Whether nobody gets in without a key.
    pub fn are_needed(&self) -> bool {
        self.now().needed
    }

    /// Whose key this is.
    pub fn identify(&self, secret: &str) -> Option<Identity> {
        let known = self.now();
        let key = known.keys.find(secret, jiff::Timestamp::now())?;
        Some(Identity {
            name: key.name.clone(),
            role: Some(key.role),
        })
    }

    /// The key of this name, unless it is over.
    pub fn named(&self, name: &str) -> Option<Key> {
        let known = self.now();
        let mut keys = known.keys.all().iter();
        let key = keys.find(|key| key.name == name)?;
        (!key.is_over(jiff::Timestamp::now())).then(|| key.clone())
    }

    /// The key that was presented, unless it is over.
    pub fn presented(&self, secret: &str) -> Option<Key> {
        let now = jiff::Timestamp::now();
        self.now().keys.find(secret, now).cloned()
    }

    /// The keys as they are now; a changed file is read again.
    fn now(&self) -> Arc<Known> {
        let known = self.known.load_full();
        let stamp = keys::stamp(&self.path);
        if stamp == known.stamp {
            return known;
        }
        // A file that cannot be read lets nobody in.
        let (keys, readable) = match Keys::load(&self.path) {
            Ok(keys) => (keys, true),
            Err(e) => {
                tracing::error!("no key is taken: {e}");
                (Keys::default(), false)
            }
        };
        let needed = known.needed || !readable || !keys.all().is_empty();
        let fresh = Arc::new(Known {
            stamp,
            keys,
            needed,
        });
        self.known.store(fresh.clone());
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&str, &str)]) -> HeaderMap {
        let pairs = of.iter().map(|(name, value)| {
            let name = header::HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, value.parse().unwrap())
        });
        pairs.collect()
    }

    fn asked(keys: &KeyRing, of: &[(&str, &str)]) -> Result<Identity, u16> {
        identify(keys, &headers(of), &Uri::from_static("/")).map_err(|p| p.status().as_u16())
    }

    #[test]
    fn without_keys_this_machine_may_everything_and_other_names_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyRing::open(&folder.path().join("keys.toml")).unwrap();
        for host in [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1:8765",
            "[::1]:9",
            "[::1]",
        ] {
            let local = asked(&keys, &[("host", host)]).unwrap();
            assert_eq!((local.by(), local.asker()), ("local".into(), "".into()));
        }
        for host in [
            "evil.example",
            "localhost.evil.example:80",
            "10.0.0.1",
            "",
            "::1:80:x",
        ] {
            assert_eq!(asked(&keys, &[("host", host)]), Err(403), "{host}");
        }
        assert_eq!(asked(&keys, &[]), Err(403));
        // A key that is none is never taken for no key.
        let sent = [("host", "localhost"), ("authorization", "Bearer x")];
        assert_eq!(asked(&keys, &sent), Err(401));
    }

    #[test]
    fn keys_are_read_as_they_change_and_none_is_needed_never_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let ring = KeyRing::open(&path).unwrap();
        let secret = Keys::create(&path, "ana", Role::Approver, None).unwrap();
        let local = [("host", "localhost")];
        assert_eq!(asked(&ring, &local), Err(401));
        let sent = format!("bearer {secret}");
        let with = [("authorization", sent.as_str())];
        let ana = asked(&ring, &with).unwrap();
        assert_eq!(
            (ana.by().as_str(), ana.may(Right::Answer)),
            ("key:ana", true)
        );
        assert_eq!(ana.needs(Right::Act).unwrap_err().status(), 403);
        let twice = [with[0], with[0]];
        assert_eq!(asked(&ring, &twice), Err(401));
        assert_eq!(asked(&ring, &[("authorization", "Basic eA==")]), Err(401));

        std::fs::write(&path, "damaged").unwrap();
        assert_eq!(asked(&ring, &with), Err(401));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(asked(&ring, &local), Err(401));
    }
}
