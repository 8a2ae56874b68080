-- Those who are told: how far each has read the changes, and what is still to be sent.
CREATE TABLE reader (
    name TEXT PRIMARY KEY,
    -- The last change it has read, and the last there was before it began.
    seq INTEGER NOT NULL, born INTEGER NOT NULL) WITHOUT ROWID;

-- Cards in Slack, one an approval at most.
CREATE TABLE slack_card (
    approval TEXT PRIMARY KEY,
    -- Where it is; without `ts`, Slack's name for a message, it is not posted as far
    -- as anybody knows. Where `posting` is set, somebody began to.
    channel TEXT, ts TEXT, posting INTEGER,
    -- What it shows, and how often it was to change.
    shown TEXT, wanted INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    -- When somebody should look at it next, in milliseconds; never without.
    due INTEGER) WITHOUT ROWID;
CREATE INDEX slack_card_due ON slack_card (due) WHERE due IS NOT NULL;
CREATE TRIGGER slack_card_gone AFTER DELETE ON approval BEGIN
    DELETE FROM slack_card WHERE approval = old.id;
END;

-- Webhooks that are not delivered yet, in the order of each endpoint.
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL, message TEXT NOT NULL, body TEXT NOT NULL,
    since INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL);
CREATE INDEX delivery_endpoint ON delivery (endpoint, seq);

-- What is kept from one run to the next: the key of the buttons, the last generation.
CREATE TABLE memo (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
