-- People, what they prove themselves with, the groups they are in, and what both may do.
CREATE TABLE access_person (
  id TEXT NOT NULL PRIMARY KEY,
  -- What they sign in as: lower case, and nobody else's ever.
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- JSON: grants of their own; those of their groups come to them.
  grants TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT,
  -- Argon2id, with its parameters and salt; null until they have joined.
  password_hash TEXT,
  -- Sealed under a key outside the database; null without an authenticator.
  sealed_totp TEXT,
  -- The last period a code was taken of: none is taken twice.
  totp_step BIGINT,
  joined_at BIGINT
);

CREATE TABLE access_group (
  name TEXT NOT NULL PRIMARY KEY,
  -- JSON: what every member may.
  grants TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE access_group_member (
  group_name TEXT NOT NULL,
  person_id TEXT NOT NULL,
  PRIMARY KEY (group_name, person_id)
);
CREATE INDEX access_group_of_person ON access_group_member (person_id);

-- Codes for when the authenticator is lost: SHA-256 of 80 random bits each.
CREATE TABLE access_recovery_code (
  person_id TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  spent_at BIGINT,
  PRIMARY KEY (person_id, code_hash)
);

-- One-time codes that let somebody join, or begin anew after they have lost everything; and the first half of a sign-in, which waits
-- for the second.
CREATE TABLE access_step (
  -- SHA-256 of what the browser holds.
  secret_hash TEXT NOT NULL PRIMARY KEY,
  -- join, second-factor
  kind TEXT NOT NULL,
  person_id TEXT NOT NULL,
  -- Of an authenticator that is not proven yet.
  sealed_totp TEXT,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT
);

-- Sign-ins that failed, also under names of nobody: one row for each name, as its SHA-256.
CREATE TABLE access_failure (
  login_hash TEXT NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

-- A session is a token's, or a person's.
ALTER TABLE access_session RENAME COLUMN token_id TO holder_id;
