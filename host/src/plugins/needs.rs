//! What a plugin needs over the default limits.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use super::fields::{known, wrong};
use super::manifest::ManifestError;
use crate::policy::Limits;

/// What a plugin needs over the default limits; `None` where the default will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Bytes of memory.
    pub memory: Option<usize>,
    /// Elements of tables.
    pub table: Option<usize>,
    /// Bytes of stack.
    pub stack: Option<usize>,
    /// Wall time.
    pub time: Option<Duration>,
    /// Fuel.
    pub fuel: Option<u64>,
}

impl Needs {
    /// Reads them as a manifest has them.
    pub(super) fn parse(members: &Map<String, Value>) -> Result<Self, ManifestError> {
        const KEYS: [&str; 5] = ["memory", "table", "stack", "time", "fuel"];
        known(members, &KEYS, "limits.")?;
        let limit = |key: &str| members.get(key);
        let needs = Needs {
            memory: limit("memory").map(|v| size("memory", v)).transpose()?,
            table: limit("table").map(|v| whole("table", v)).transpose()?,
            stack: limit("stack").map(|v| size("stack", v)).transpose()?,
            time: limit("time").map(time).transpose()?,
            fuel: limit("fuel").map(|v| whole("fuel", v)).transpose()?,
        };
        if needs
            .stack
            .is_some_and(|stack| !Limits::STACK.contains(&stack))
        {
            return Err(wrong("limits.stack", "must be from 64KiB to 1MiB"));
        }
        if needs
            .table
            .is_some_and(|table| !Limits::TABLE.contains(&table))
        {
            let most = Limits::TABLE.end();
            return Err(wrong("limits.table", format!("must be from 1 to {most}")));
        }
        Ok(needs)
    }

    /// These limits, raised to what is needed.
    pub fn raise(&self, limits: &Limits) -> Limits {
        Limits {
            memory: self.memory.unwrap_or(0).max(limits.memory),
            table: self.table.unwrap_or(0).max(limits.table),
            stack: self.stack.unwrap_or(0).max(limits.stack),
            time: self.time.unwrap_or_default().max(limits.time),
            fuel: self.fuel.unwrap_or(0).max(limits.fuel),
            ..limits.clone()
        }
    }

    /// What to write into `limits` of a plugin that has none; `None` for nothing.
    pub fn beyond_default(&self) -> Option<String> {
        self.missing(&Limits::default())
    }

    /// What to write into `limits` so that these limits will do; `None` when they do.
    pub fn missing(&self, limits: &Limits) -> Option<String> {
        let raised = self.raise(limits);
        let short = Needs {
            memory: (raised.memory > limits.memory).then_some(raised.memory),
            table: (raised.table > limits.table).then_some(raised.table),
            stack: (raised.stack > limits.stack).then_some(raised.stack),
            time: (raised.time > limits.time).then_some(raised.time),
            fuel: (raised.fuel > limits.fuel).then_some(raised.fuel),
        };
        (short != Needs::default()).then(|| short.to_string())
    }
}

/// As in `coldnotch.toml`: `{ memory = "64MiB", fuel = 200000000 }`.
impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Exact: a rounded size could be less than what is needed.
        let size = |bytes: usize| match bytes {
            b if b % (1 << 20) == 0 => format!("\"{}MiB\"", b >> 20),
            b if b % (1 << 10) == 0 => format!("\"{}KiB\"", b >> 10),
            b => b.to_string(),
        };
        let parts = [
            self.memory.map(|memory| ("memory", size(memory))),
            self.table.map(|table| ("table", table.to_string())),
            self.stack.map(|stack| ("stack", size(stack))),
            self.time
                .map(|time| ("time", format!("\"{}ms\"", time.as_millis()))),
            self.fuel.map(|fuel| ("fuel", fuel.to_string())),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .flatten()
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        write!(f, "{{ {} }}", parts.join(", "))
    }
}

fn whole<T: TryFrom<u64>>(key: &str, value: &Value) -> Result<T, ManifestError> {
    let number = value.as_u64().and_then(|number| number.try_into().ok());
    number.ok_or_else(|| wrong(format!("limits.{key}"), "must be a whole number"))
}

fn size(key: &str, value: &Value) -> Result<usize, ManifestError> {
    let bytes = match value {
        Value::String(text) => text
            .parse::<bytesize::ByteSize>()
            .ok()
            .map(|size| size.as_u64()),
        other => other.as_u64(),
    };
    let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
    bytes.ok_or_else(|| {
        wrong(
            format!("limits.{key}"),
            "must be a size such as \"16MiB\" or a number of bytes",
        )
    })
}

fn time(value: &Value) -> Result<Duration, ManifestError> {
    let time = match value {
        Value::String(text) => text
            .parse::<jiff::SignedDuration>()
            .ok()
            .and_then(|time| time.try_into().ok()),
        other => other.as_u64().map(Duration::from_millis),
    };
    time.filter(|time| *time <= Duration::from_secs(60))
        .ok_or_else(|| {
            wrong(
                "limits.time",
                "must be a time such as \"50ms\", at most 60s",
            )
        })
}
