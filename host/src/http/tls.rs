//! TLS by rustls. The certificate is read again on SIGHUP; one that cannot be read
//! leaves the old one in use.

use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// The certificate in use.
pub(super) struct Certificate {
    files: Tls,
    current: ArcSwap<ServerConfig>,
}

impl Certificate {
    pub(super) fn read(files: &Tls) -> io::Result<Self> {
        Ok(Certificate {
            files: files.clone(),
            current: ArcSwap::new(load(files)?),
        })
    }

    pub(super) fn read_again(&self) {
        match load(&self.files) {
            Ok(config) => self.current.store(config),
            Err(e) => tracing::error!("{e}; the certificate stays as it is"),
        }
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }
}

fn load(files: &Tls) -> io::Result<Arc<ServerConfig>> {
    let wrong = |path: &std::path::Path, e: &dyn std::fmt::Display| {
        io::Error::other(format!("cannot use {}: {e}", path.display()))
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&files.certificate)
        .map_err(|e| wrong(&files.certificate, &e))?
        .collect();
    let chain = chain.map_err(|e| wrong(&files.certificate, &e))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| wrong(&files.key, &e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|e| wrong(&files.certificate, &e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
