//! What the hostile guest can be told to do.

/// Every way to misbehave in a decision, and what it is called.
pub(crate) const TRICKS: [(&str, &str); 20] = [
    ("loop", "out-of-fuel"),
    ("recursion", "trapped"),
    ("memory", "out-of-memory"),
    ("host-calls", "host-calls"),
    ("giant-string", "bad-output"),
    ("many-reasons", "bad-output"),
    ("many-evidence", "bad-output"),
    ("many-labels", "bad-output"),
    ("long-label", "bad-output"),
    ("panic", "trapped"),
    ("unreachable", "trapped"),
    ("unsupported", "declined"),
    ("missing-context", "declined"),
    ("internal", "declined"),
    ("nan", "bad-output"),
    ("infinite", "bad-output"),
    ("negative", "bad-output"),
    ("over-one", "bad-output"),
    ("not-utf8", "bad-output"),
    ("out-of-bounds", "bad-output"),
];
