-- What a request with an Idempotency-Key has changed, written in the transaction of the change: when the process dies before the
-- answer is kept, a repetition is answered from here, and not carried out again.
CREATE TABLE request_effect (
  key TEXT NOT NULL,
  -- Of method, path and body.
  fingerprint TEXT NOT NULL,
  -- Of the audit record.
  action TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  -- Milliseconds since 1970 UTC.
  at BIGINT NOT NULL,
  PRIMARY KEY (key, action, subject_type, subject_id)
);
CREATE INDEX request_effect_at ON request_effect (at);
