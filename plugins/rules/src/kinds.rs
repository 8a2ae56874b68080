//! Types of action by name, however it is written.

/// One type, or all whose names begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    name: String,
    is_beginning: bool,
}

impl Kind {
    /// Reads a name; a `*` at its end stands for anything that follows. `None` when
    /// it has neither letter nor digit nor such a `*`.
    pub fn read(name: &str) -> Option<Kind> {
        let (name, is_beginning) = match name.strip_suffix('*') {
            Some(beginning) => (folded(beginning), true),
            None => (folded(name), false),
        };
        (is_beginning || !name.is_empty()).then_some(Kind { name, is_beginning })
    }

    /// Whether a type whose name is [`folded`] is meant.
    pub fn covers(&self, kind: &str) -> bool {
        match self.is_beginning {
            true => kind.starts_with(&self.name),
            false => kind == self.name,
        }
    }
}

/// A name without case and without what separates its words, as the plugin
/// contract compares them.
pub fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_all_ways_to_write_it() {
        let covers =
            |name: &str, kind: &str| Kind::read(name).is_some_and(|k| k.covers(&folded(kind)));
        assert!(covers("send_email", "sendEmail") && covers("Send-Email", "SEND EMAIL"));
        assert!(covers("pay*", "payInvoice") && covers("*", "") && !covers("pay*", "repay"));
        assert!(!covers("send_email", "send_emails"));
        assert_eq!(Kind::read("_"), None);
    }
}
