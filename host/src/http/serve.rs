//! Listens, and ends gracefully: requests under way get their answer, those that wait
//! for a human are told that it is still open, and no answer is lost, since none is
//! kept here.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::tls::Certificate;
use super::waiting::{self, Waiting};
use super::{KeyRing, Limits, Load, Parts, Server, outbox, router};
use crate::answers::{Answers, AnswersError};
use crate::approvals::Elsewhere;
use crate::config::Config;
use crate::gate::{self, Gate};
use crate::keys::KeysError;
use crate::watch::Watch;

/// How long requests under way have to end.
const LAST: Duration = Duration::from_secs(10);
/// How long a connection may take to send a request's head.
const HEAD: Duration = Duration::from_secs(10);

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The gate cannot be opened.
    #[error(transparent)]
    Gate(#[from] gate::OpenError),
    /// The keys cannot be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Answers cannot be kept.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// It would be open to others without keys.
    #[error(
        "{0} is reachable from other machines and there are no keys in {path}; make one first \
         (`coldnotch keys create NAME --role operator`), or listen on 127.0.0.1",
        path = .1.display()
    )]
    Open(SocketAddr, PathBuf),
    /// Anybody could answer in Slack's name.
    #[error(
        "Slack is set up without `slack.signing_secret` (or SLACK_SIGNING_SECRET), and this \
         server can be reached from other machines: anybody could answer in Slack's name. Set \
         it, from the app's page under Basic Information"
    )]
    Unsigned,
    /// It cannot listen there.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The system refuses what a server needs.
    #[error("cannot serve: {0}")]
    System(#[from] io::Error),
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// What it needs cannot be set up.
pub fn serve(mut config: Config, watch: Option<Load>) -> Result<(), ServeError> {
    #[cfg(unix)]
    crate::watch::expect_hangups();
    let listen = config.server.listen;
    let keys = KeyRing::open(&config.server.keys)?;
    if !listen.ip().is_loopback() && !keys.are_needed() {
        return Err(ServeError::Open(listen, config.server.keys.clone()));
    }
    outbox::check(&config, listen)?;
    raise_file_limit();
    let listener =
        std::net::TcpListener::bind(listen).map_err(|e| ServeError::Listen(listen, e))?;
    listener.set_nonblocking(true)?;
    let gate = Arc::new(Gate::open(&config, Box::new(Elsewhere))?);
    let _watching = watch.and_then(|load| {
        let started = Watch::start(gate.clone(), &config, load);
        started
            .map_err(|e| tracing::error!("{e}; the policy stays as it is"))
            .ok()
    });
    config.server.listen = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("coldnotch-http")
        .build()?;
    let kept = config.server.answers.as_deref();
    let answers = Answers::open(kept, &config.audit_path, crate::judge::now())?;
    let certificate = match &config.server.tls {
        Some(files) => Some(Arc::new(Certificate::read(files)?)),
        None => None,
    };
    let (end, ending) = watch::channel(false);
    let waiting = Arc::new(Waiting::default());
    let follower = waiting::follow(gate.clone(), waiting.clone(), ending.clone())?;
    let server = Server::new(Parts {
        gate,
        limits: Limits::new(&config.server),
        config,
        keys,
        answers,
        waiting,
        ending,
    });
    let served = runtime.block_on(listen_on(server, listener, certificate, end.clone()));
    let _ = end.send(true); // the follower may have ended
    let _ = follower.join();
    // Decisions under way are on their threads: what began is recorded.
    runtime.shutdown_timeout(LAST);
    served
}

/// Each connection is a file. The usual limit is for programs that have few.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(e) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!("the limit of open files stays as it is: {e}");
    }
}

async fn listen_on(
    server: Server,
    listener: std::net::TcpListener,
    certificate: Option<Arc<Certificate>>,
    end: watch::Sender<bool>,
) -> Result<(), ServeError> {
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    let scheme = if certificate.is_some() {
        "https"
    } else {
        "http"
    };
    outbox::start(&server)?;
    let app = router(server);
    let connections = GracefulShutdown::new();
    let (mut terminate, mut interrupt, mut hangup) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
        signal(SignalKind::hangup())?,
    );
    tracing::info!("listening on {scheme}://{address}"); // and to signals
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => serve_one(stream, certificate.clone(), &app, &connections),
                Err(e) => {
                    tracing::warn!("cannot accept: {e}");
                    // Out of file handles: others have to end first.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            _ = hangup.recv() => if let Some(certificate) = &certificate {
                certificate.read_again();
            },
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    tracing::info!("ending");
    drop(listener);
    let _ = end.send(true);
    if tokio::time::timeout(LAST, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end within {LAST:?}");
    }
    Ok(())
}

fn serve_one(
    stream: TcpStream,
    certificate: Option<Arc<Certificate>>,
    app: &axum::Router,
    connections: &GracefulShutdown,
) {
    let _ = stream.set_nodelay(true); // slower without
    let (app, watcher) = (app.clone(), connections.watcher());
    tokio::spawn(async move {
        let Some(certificate) = certificate else {
            return speak(stream, app, watcher).await;
        };
        let shaken = tokio::time::timeout(HEAD, certificate.acceptor().accept(stream)).await;
        match shaken {
            Ok(Ok(stream)) => speak(stream, app, watcher).await,
            Ok(Err(e)) => tracing::debug!("no TLS: {e}"),
            Err(_) => {}
        }
    });
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    app: axum::Router,
    watcher: Watcher,
) {
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    if let Err(e) = watcher.watch(connection).await {
        tracing::debug!("a connection ended: {e}");
    }
}
