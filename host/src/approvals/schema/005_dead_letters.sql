-- Webhooks that were given up, and why: nothing sends them any more.
CREATE TABLE dead_letter (
    seq INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, message TEXT NOT NULL, body TEXT NOT NULL,
    since INTEGER NOT NULL, tries INTEGER NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL);
