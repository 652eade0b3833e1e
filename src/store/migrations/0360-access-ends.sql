-- A session says in which browser it is, and when it was last used; a key, what it signed last.
ALTER TABLE access_session ADD COLUMN user_agent TEXT;
ALTER TABLE access_session ADD COLUMN last_used_at BIGINT;
CREATE INDEX release_of_key ON release (key_id, accepted_at);
