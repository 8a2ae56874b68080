//! What is shown while something takes its time.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard error that goes away by itself; none where that is no terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Says what is being done.
    pub(super) fn start(what: &'static str) -> Self {
        let bar = Bar(ProgressBar::new_spinner().with_message(what));
        bar.look("{spinner} {msg}");
        bar.0.enable_steady_tick(Duration::from_millis(100));
        bar
    }

    /// So many bytes of so many are there.
    pub(super) fn at(&self, had: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(had);
        self.look(match had < all {
            true => "{bar:40} {bytes}/{total_bytes} {bytes_per_sec}",
            false => "{spinner} {msg}",
        });
    }

    fn look(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
