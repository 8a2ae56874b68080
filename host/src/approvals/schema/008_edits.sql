-- An agent that sends the changed action is looked for by that action.
ALTER TABLE edit ADD COLUMN session TEXT;
ALTER TABLE edit ADD COLUMN digest BLOB;
UPDATE edit SET (session, digest) =
    (SELECT a.session, a.digest FROM approval a WHERE a.id = edit.instead);
CREATE INDEX edit_action ON edit (session, digest);
