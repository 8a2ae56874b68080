//! The machine's clock, set for some processes: what a library that is loaded before
//! others tells them.
#![allow(
    dead_code, // no test uses all of it
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::path::PathBuf;
use std::process::Command;

use super::command::Place;

/// The system's time, and as many seconds more as a file says.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    const char *name = getenv("CLOCK_SET");
    FILE *file = clock == CLOCK_REALTIME && name ? fopen(name, "r") : NULL;
    long by = 0;
    if (file && fscanf(file, "%ld", &by) == 1) now->tv_sec += by;
    if (file) fclose(file);
    return result;
}
"#;

/// A clock that a test sets, for the commands it is given to.
pub struct Clock<'a> {
    place: &'a Place,
    library: PathBuf,
}

impl<'a> Clock<'a> {
    /// Right at first. `None`, and said so, where there is no C compiler.
    pub fn new(place: &'a Place) -> Option<Self> {
        std::fs::write(place.path("clock.c"), SHIM).unwrap();
        let mut compiler = place.prepare(Command::new("cc"));
        compiler.args(["-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"]);
        if !compiler.status().is_ok_and(|status| status.success()) {
            println!("not checked: there is no C compiler here");
            return None;
        }
        let clock = Clock {
            place,
            library: place.path("clock.so"),
        };
        clock.set(0);
        Some(clock)
    }

    /// A command that goes by it.
    pub fn under(&self, mut command: Command) -> Command {
        command
            .env("LD_PRELOAD", &self.library)
            .env("CLOCK_SET", self.place.path("clock"));
        command
    }

    /// Sets it to the right time and so many seconds more.
    pub fn set(&self, by: i64) {
        self.place.replace("clock", by.to_string());
    }
}
