//! `coldnotch serve`

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Edges, Outcome};
use crate::config::Config;

/// Serves the gate over HTTP: decisions, approvals and their answers
///
/// Listens on 127.0.0.1:8765, where no key is needed while there are none. To be
/// reached from other machines it needs keys (`coldnotch keys create`).
///
/// A changed configuration or plugin file is put in force without a restart; so is
/// it on SIGHUP. SIGTERM and SIGINT end it: requests under way get their answer, and
/// what waits for a human goes on waiting in the approvals file.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  coldnotch serve
  coldnotch serve --openapi > openapi.json
  coldnotch keys create ops --role operator && coldnotch serve --listen 0.0.0.0:8765"
)]
pub(super) struct Serve {
    /// Where to listen [default: `server.listen`, 127.0.0.1:8765]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Print the OpenAPI document of the API instead of serving
    #[arg(long)]
    openapi: bool,
    /// Keep the policy this begins with, whatever changes on disk
    #[arg(long)]
    no_watch: bool,
}

impl Serve {
    pub(super) fn run(
        self,
        config_file: Option<PathBuf>,
        edges: &Edges,
    ) -> anyhow::Result<Outcome> {
        if self.openapi {
            anstream::println!("{:#}", (edges.openapi)());
            return Ok(Outcome::Success);
        }
        let listen = self.listen;
        let load = move |file: Option<&Path>| {
            let mut config = Config::load(file.or(config_file.as_deref()))?;
            config.server.listen = listen.unwrap_or(config.server.listen);
            Ok(config)
        };
        let config = load(None)?;
        let watch = (!self.no_watch).then(|| Box::new(load) as _);
        (edges.serve)(config, watch)?;
        Ok(Outcome::Success)
    }
}
