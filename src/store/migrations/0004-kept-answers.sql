-- Answers to requests that carried an Idempotency-Key: the same key gets the same answer again.
CREATE TABLE kept_answer (
  key TEXT PRIMARY KEY,
  -- Of method, path and body.
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  -- JSON object.
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  -- Milliseconds since 1970 UTC.
  keep_until BIGINT NOT NULL
);
CREATE INDEX kept_answer_until ON kept_answer (keep_until);
