//! Logins for registries, as Docker and Podman keep them.

use std::io::ErrorKind;
use std::path::Path;

use data_encoding::BASE64;
use serde_json::Value;

use super::RegistryError;

/// The login for a registry, of a file in Docker's form: `NAME:PASSWORD` in base64, as
/// the file and the header of a request have it. `None` without a file, or an entry.
pub(super) fn find(host: &str, logins: Option<&Path>) -> Result<Option<String>, RegistryError> {
    let Some(path) = logins else {
        return Ok(None);
    };
    let file = |source| RegistryError::File {
        path: path.to_owned(),
        source,
    };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(e) => return Err(file(e)),
    };
    let damaged = || {
        file(std::io::Error::new(
            ErrorKind::InvalidData,
            "it holds no logins",
        ))
    };
    let value: Value = serde_json::from_slice(&text).map_err(|_| damaged())?;
    let Some(encoded) = value["auths"][host]["auth"].as_str() else {
        return Ok(None);
    };
    let decoded = BASE64.decode(encoded.as_bytes()).map_err(|_| damaged())?;
    match decoded.contains(&b':') {
        true => Ok(Some(encoded.to_owned())),
        false => Err(damaged()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn logins_are_docker_s() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let read = || find("packs.example.com", Some(&path));
        assert_eq!(read().unwrap(), None);
        let auth = BASE64.encode(b"ana:pass:word");
        let text = json!({"auths": {"packs.example.com": {"auth": auth}}});
        std::fs::write(&path, text.to_string()).unwrap();
        assert_eq!(read().unwrap(), Some(auth));
        assert_eq!(find("other", Some(&path)).unwrap(), None);
        let none = BASE64.encode(b"ana");
        let none = json!({"auths": {"packs.example.com": {"auth": none}}}).to_string();
        for text in ["{", &none] {
            std::fs::write(&path, text).unwrap();
            assert!(read().unwrap_err().to_string().contains("no logins"));
        }
    }
}
