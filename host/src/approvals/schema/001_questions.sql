-- Questions and their answers. 0.0.1 had a table `approvals` in a file of the same
-- name; it stays as it is.
CREATE TABLE approval (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN
        ('pending', 'approved', 'refused', 'expired', 'cancelled', 'consumed')),
    -- What is asked about. `session` and `action` are what the agent comes back with.
    session TEXT NOT NULL, action TEXT NOT NULL, agent TEXT NOT NULL, asker TEXT NOT NULL,
    digest BLOB NOT NULL, held TEXT NOT NULL,
    -- Milliseconds since the Unix epoch.
    since INTEGER NOT NULL, expires INTEGER NOT NULL,
    quorum INTEGER NOT NULL, approvers TEXT NOT NULL,
    -- What became of it.
    result TEXT,
    -- When somebody should look at it next.
    due INTEGER NOT NULL);
CREATE INDEX approval_state ON approval (state);
CREATE INDEX approval_action ON approval (session, action);
CREATE INDEX approval_due ON approval (due);

CREATE TABLE vote (
    approval TEXT NOT NULL, by TEXT NOT NULL, via TEXT NOT NULL, approved INTEGER NOT NULL,
    reason TEXT, at INTEGER NOT NULL, PRIMARY KEY (approval, by)) WITHOUT ROWID;

-- How many there are of each state, so that nobody counts.
CREATE TABLE tally (state TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO tally VALUES ('pending', 0), ('approved', 0), ('refused', 0),
    ('expired', 0), ('cancelled', 0), ('consumed', 0);

-- Everything that happened, in order.
CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, approval TEXT NOT NULL, state TEXT NOT NULL);
CREATE INDEX change_approval ON change (approval);

CREATE TRIGGER approval_new AFTER INSERT ON approval BEGIN
    UPDATE tally SET count = count + 1 WHERE state = new.state;
    INSERT INTO change (approval, state) VALUES (new.id, new.state);
END;
CREATE TRIGGER approval_moved AFTER UPDATE OF state ON approval WHEN old.state <> new.state BEGIN
    UPDATE tally SET count = count - 1 WHERE state = old.state;
    UPDATE tally SET count = count + 1 WHERE state = new.state;
    INSERT INTO change (approval, state) VALUES (new.id, new.state);
END;
CREATE TRIGGER approval_gone AFTER DELETE ON approval BEGIN
    UPDATE tally SET count = count - 1 WHERE state = old.state;
    DELETE FROM vote WHERE approval = old.id;
    DELETE FROM change WHERE approval = old.id;
END;
-- A yes of several that are needed is news, too.
CREATE TRIGGER vote_new AFTER INSERT ON vote BEGIN
    INSERT INTO change (approval, state)
        SELECT id, state FROM approval WHERE id = new.approval;
END;
