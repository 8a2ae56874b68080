-- Where each value of a question came from, as it could be read when it was asked.
CREATE TABLE story (approval TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TRIGGER story_gone AFTER DELETE ON approval BEGIN
    DELETE FROM story WHERE approval = old.id;
END;

-- Who is signed in to the inbox, and the links that sign somebody in once. Of each
-- secret only the SHA-256 is here. `key` is that of the API key it stands for: when
-- the key goes, so does this.
CREATE TABLE sign_in (
    secret BLOB PRIMARY KEY, link INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL,
    expires INTEGER NOT NULL) WITHOUT ROWID;

-- A question that a person changed: it ended, and the other one was asked instead.
CREATE TABLE edit (approval TEXT PRIMARY KEY, instead TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX edit_instead ON edit (instead);
CREATE TRIGGER edit_gone AFTER DELETE ON approval BEGIN
    DELETE FROM edit WHERE approval = old.id OR instead = old.id;
END;
