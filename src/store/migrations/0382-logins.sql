-- Command lines that ask to sign in, until a person has said yes or no in the console.
CREATE TABLE access_login (
  -- SHA-256 of what the command line holds.
  device_hash TEXT NOT NULL PRIMARY KEY,
  -- What both show, so that the person sees that it is theirs.
  code TEXT NOT NULL UNIQUE,
  -- As the command line calls itself.
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  decided_at BIGINT,
  -- Who said yes; null with decided_at: it was refused.
  person_id TEXT,
  taken_at BIGINT
);
CREATE INDEX access_login_by_end ON access_login (expires_at);
