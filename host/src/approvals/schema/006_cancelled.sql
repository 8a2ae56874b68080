-- Who withdrew a question, through which channel, and when.
ALTER TABLE approval ADD COLUMN cancelled_by TEXT;
ALTER TABLE approval ADD COLUMN cancelled_via TEXT;
ALTER TABLE approval ADD COLUMN cancelled_at INTEGER;
