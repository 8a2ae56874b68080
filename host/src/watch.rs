//! What brings a new policy while the gate runs: a changed file, or `SIGHUP`.
//!
//! The folders of the configuration and of every plugin file are watched
//! (editors and package tools replace files, so watching the file itself would
//! lose it); where the system cannot watch, the files are looked at every two
//! seconds. A burst of changes is taken as one. Loading happens on this module's thread:
//! decisions do not notice until the switch.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use parking_lot::Mutex;

use crate::config::{Config, ConfigError};
use crate::gate::{Gate, SwapError};

/// How long files must be quiet before they are read.
const QUIET: Duration = Duration::from_millis(30);
/// How often files are looked at where the system cannot tell.
const POLL: Duration = Duration::from_secs(2);

/// Why the policy in force was kept.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The policy cannot be loaded.
    #[error(transparent)]
    Swap(#[from] SwapError),
    /// Loading it panicked.
    #[error("loading the policy panicked; report this as a bug, with the plugin")]
    Panicked,
    /// Files or signals cannot be watched.
    #[error("cannot watch for changes: {0}")]
    Watch(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Changed,
    Signal,
    Stop,
}

/// Watches until dropped.
#[derive(Debug)]
pub struct Watch {
    triggers: Sender<Trigger>,
    thread: Option<JoinHandle<()>>,
    #[cfg(unix)]
    signals: signal_hook::iterator::Handle,
}

impl Watch {
    /// Starts watching. `load` reads the configuration anew, from the file that was
    /// in force if there was one; the first is what is in force now.
    ///
    /// # Errors
    /// Neither files nor signals can be watched.
    pub fn start(
        gate: Arc<Gate>,
        config: &Config,
        load: impl Fn(Option<&Path>) -> Result<Config, ConfigError> + Send + 'static,
    ) -> Result<Self, ReloadError> {
        let (triggers, received) = mpsc::channel();
        let files = Files::watch(&triggers)?;
        Watch::begin(gate, config, (triggers, received), files, load)
    }

    fn begin(
        gate: Arc<Gate>,
        config: &Config,
        (triggers, received): (Sender<Trigger>, Receiver<Trigger>),
        mut files: Files,
        load: impl Fn(Option<&Path>) -> Result<Config, ConfigError> + Send + 'static,
    ) -> Result<Self, ReloadError> {
        files.set(config);
        let opened = config.clone();
        // What changed since that configuration was read was not seen.
        let _ = triggers.send(Trigger::Changed); // the receiver is here
        #[cfg(unix)]
        let signals = hangups(&triggers)?;
        let thread = thread::Builder::new()
            .name("coldnotch-watch".to_owned())
            .spawn(move || run(&gate, &received, files, &opened, load))
            .map_err(|e| ReloadError::Watch(e.to_string()))?;
        Ok(Watch {
            triggers,
            thread: Some(thread),
            #[cfg(unix)]
            signals,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        #[cfg(unix)]
        self.signals.close();
        let _ = self.triggers.send(Trigger::Stop); // the thread may be gone already
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that watches for changes died");
        }
    }
}

/// Takes SIGHUP from now on, so that one that comes before a watch begins does not
/// end the process. A watch begins with reading the configuration anew, which is
/// what was asked for.
#[cfg(unix)]
pub fn expect_hangups() {
    if let Err(e) = signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::default()) {
        tracing::warn!("cannot take SIGHUP: {e}");
    }
}

#[cfg(unix)]
fn hangups(triggers: &Sender<Trigger>) -> Result<signal_hook::iterator::Handle, ReloadError> {
    let wrong = |e: std::io::Error| ReloadError::Watch(e.to_string());
    let mut signals =
        signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP]).map_err(wrong)?;
    let (handle, triggers) = (signals.handle(), triggers.clone());
    thread::Builder::new()
        .name("coldnotch-signals".to_owned())
        .spawn(move || {
            for _ in signals.forever() {
                let _ = triggers.send(Trigger::Signal);
            }
        })
        .map_err(wrong)?;
    Ok(handle)
}

fn run(
    gate: &Gate,
    triggers: &Receiver<Trigger>,
    mut files: Files,
    opened: &Config,
    load: impl Fn(Option<&Path>) -> Result<Config, ConfigError>,
) {
    let mut file = opened.file.clone();
    while let Some(trigger) = next(triggers) {
        if trigger == Trigger::Signal
            && let Err(e) = gate.reopen_audit()
        {
            tracing::error!("the audit log still cannot be used: {e}");
        }
        match reload(gate, &mut files, &mut file, opened, &load) {
            Ok((generation, true)) => {
                tracing::info!("policy swapped: generation {generation} is in force");
            }
            Ok((_, false)) => {}
            Err(e) => tracing::error!(
                "policy not swapped, generation {} stays in force: {e}",
                gate.generation()
            ),
        }
    }
}

fn reload(
    gate: &Gate,
    files: &mut Files,
    file: &mut Option<PathBuf>,
    opened: &Config,
    load: impl Fn(Option<&Path>) -> Result<Config, ConfigError>,
) -> Result<(String, bool), ReloadError> {
    // Once a file was in force only that file can replace it. One that is gone
    // is an error here, and not a reason to fall back to the defaults.
    let config = load(file.as_deref())?;
    file.clone_from(&config.file);
    if !config.is_but_for_policy(opened) {
        tracing::warn!(
            "only [policy] and [[plugin]] are put in force while running; the other changes take effect at the next start"
        );
    }
    files.set(&config); // before it is loaded: a plugin it misses may come later
    // A plugin is foreign input to a compiler: whatever goes wrong there must not
    // end the watching.
    let swap = AssertUnwindSafe(|| gate.swap(&config.policy));
    catch_unwind(swap)
        .map_err(|_| ReloadError::Panicked)?
        .map_err(Into::into)
}

/// The next trigger, once things are quiet; `None` to stop.
fn next(triggers: &Receiver<Trigger>) -> Option<Trigger> {
    let mut trigger = triggers.recv().ok()?;
    loop {
        match triggers.recv_timeout(QUIET) {
            Ok(Trigger::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            Ok(Trigger::Signal) => trigger = Trigger::Signal,
            Ok(Trigger::Changed) => {}
            Err(RecvTimeoutError::Timeout) => return (trigger != Trigger::Stop).then_some(trigger),
        }
    }
}

/// What the watched files are called; the configuration says.
type Names = Arc<Mutex<BTreeSet<PathBuf>>>;

/// The watched files.
struct Files {
    names: Names,
    watching: Watching,
}

/// How changes are noticed.
enum Watching {
    /// The system tells of changes in the folders of the files.
    Folders(RecommendedWatcher, BTreeSet<PathBuf>),
    /// A thread looks at the files, until this is dropped.
    Polling { _until: Sender<()> },
}

impl Files {
    fn watch(triggers: &Sender<Trigger>) -> Result<Self, ReloadError> {
        let names = Names::default();
        let handler = {
            let (names, triggers) = (names.clone(), triggers.clone());
            move |event: notify::Result<notify::Event>| {
                let ours = match &event {
                    Ok(event) if event.kind.is_access() => false,
                    Ok(event) => event.paths.iter().any(|path| names.lock().contains(path)),
                    Err(_) => true, // events may have been lost: look again
                };
                if ours {
                    let _ = triggers.send(Trigger::Changed);
                }
            }
        };
        match RecommendedWatcher::new(handler, notify::Config::default()) {
            Ok(watcher) => Ok(Files {
                names,
                watching: Watching::Folders(watcher, BTreeSet::new()),
            }),
            Err(e) => {
                tracing::warn!("cannot watch files ({e}); looking at them every {POLL:?}");
                Files::poll(triggers, POLL)
            }
        }
    }

    /// Looks at the files themselves: in their folders there may be a log of any
    /// length.
    fn poll(triggers: &Sender<Trigger>, every: Duration) -> Result<Self, ReloadError> {
        let (until, dropped) = mpsc::channel::<()>();
        let names = Names::default();
        let (looked_at, triggers) = (names.clone(), triggers.clone());
        let look = move || {
            let mut known = Vec::new();
            while dropped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let found: Vec<_> = looked_at.lock().iter().map(|file| state(file)).collect();
                if found != known {
                    let _ = triggers.send(Trigger::Changed);
                    known = found;
                }
            }
        };
        thread::Builder::new()
            .name("coldnotch-poll".to_owned())
            .spawn(look)
            .map_err(|e| ReloadError::Watch(e.to_string()))?;
        Ok(Files {
            names,
            watching: Watching::Polling { _until: until },
        })
    }

    /// Watches the files of this configuration from now on.
    fn set(&mut self, config: &Config) {
        let files: BTreeSet<PathBuf> = config.watched().iter().map(|path| absolute(path)).collect();
        self.names.lock().clone_from(&files);
        if let Watching::Folders(watcher, folders) = &mut self.watching {
            watch_folders(watcher, folders, &files);
        }
    }
}

/// What differs once a file was changed or replaced; `None` when there is none.
fn state(file: &Path) -> Option<(u64, Option<SystemTime>, u64)> {
    let found = file.metadata().ok()?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let inode = 0;
    Some((found.len(), found.modified().ok(), inode))
}

fn watch_folders(
    watcher: &mut RecommendedWatcher,
    watched: &mut BTreeSet<PathBuf>,
    files: &BTreeSet<PathBuf>,
) {
    // A folder that is not there has no file of ours yet.
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .filter_map(|file| file.parent())
        .filter(|folder| folder.is_dir())
        .map(Path::to_owned)
        .collect();
    for gone in watched.difference(&folders) {
        let _ = watcher.unwatch(gone); // it may have been removed
    }
    for new in folders.difference(watched) {
        if let Err(e) = watcher.watch(new, RecursiveMode::NonRecursive) {
            tracing::warn!(
                "cannot watch {}: {e}; use SIGHUP after a change there",
                new.display()
            );
        }
    }
    *watched = folders;
}

/// The path as the watcher reports it: its folder resolved, its name as it is.
fn absolute(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::*;
    use crate::approvals::Fixed;

    /// Where nobody tells of changes, they are found all the same.
    #[test]
    fn files_that_are_looked_at_bring_a_new_policy_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("coldnotch.toml");
        let write = |kind: &str| {
            fs::write(
                &file,
                format!("plugin = []\npolicy.block_types = ['{kind}']"),
            )
            .unwrap();
        };
        write("one");
        let mut config = Config::load(Some(&file)).unwrap();
        config.session.state = None;
        config.audit_path = folder.path().join("log");
        let gate = Gate::open(&config, Box::new(Fixed { approve: false })).unwrap();
        let gate = Arc::new(gate);

        let (triggers, received) = mpsc::channel();
        let files = Files::poll(&triggers, Duration::from_millis(5)).unwrap();
        let load = |in_force: Option<&Path>| Config::load(in_force);
        let watch = Watch::begin(gate.clone(), &config, (triggers, received), files, load).unwrap();
        let mut before = gate.generation();
        for kind in ["two", "three"] {
            write(kind);
            let deadline = Instant::now() + Duration::from_secs(30);
            while gate.generation() == before {
                assert!(Instant::now() < deadline, "never swapped to {kind}");
                thread::yield_now();
            }
            before = gate.generation();
        }
        drop(watch);
        assert_eq!(Arc::strong_count(&gate), 1, "no thread keeps the gate");
    }
}
