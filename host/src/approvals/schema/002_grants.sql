-- Questions of one session that ask about the same thing have the same cause.
ALTER TABLE approval ADD COLUMN cause TEXT;
CREATE INDEX approval_cause ON approval (cause) WHERE state = 'pending';

-- A yes that was remembered: `words` says for which actions beside the one `shown`.
CREATE TABLE remembered (
    id TEXT PRIMARY KEY, approval TEXT NOT NULL,
    agent TEXT NOT NULL, type TEXT NOT NULL, asker TEXT NOT NULL,
    -- NULL: in every session.
    session TEXT,
    words TEXT NOT NULL, shown TEXT NOT NULL,
    by TEXT NOT NULL, via TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    revoked_by TEXT, revoked_at INTEGER, uses INTEGER NOT NULL DEFAULT 0);
CREATE INDEX remembered_for ON remembered (agent, type, until);
CREATE INDEX remembered_with ON remembered (approval);

-- The grant that gave the answer.
ALTER TABLE vote ADD COLUMN remembered TEXT;
