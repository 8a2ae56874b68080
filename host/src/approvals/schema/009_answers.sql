-- What an answer was when it was news: `vote` has the last of each person alone. NULL where
-- the state is the news.
ALTER TABLE change ADD COLUMN by TEXT;
ALTER TABLE change ADD COLUMN via TEXT;
ALTER TABLE change ADD COLUMN approved INTEGER;
ALTER TABLE change ADD COLUMN reason TEXT;
DROP TRIGGER vote_new;
CREATE TRIGGER vote_new AFTER INSERT ON vote BEGIN
    INSERT INTO change (approval, state, by, via, approved, reason)
        SELECT id, state, new.by, new.via, new.approved, new.reason
        FROM approval WHERE id = new.approval;
END;
