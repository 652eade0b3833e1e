-- Passkeys of people: the public half of a pair of keys whose other half never leaves their authenticator.
CREATE TABLE access_passkey (
  id TEXT NOT NULL PRIMARY KEY,
  person_id TEXT NOT NULL,
  -- What the authenticator calls it, in base64url; nobody's twice.
  credential_id TEXT NOT NULL UNIQUE,
  -- The name of this server that it was made for: under another one no browser offers it.
  rp_id TEXT NOT NULL,
  -- COSE, in base64url.
  public_key TEXT NOT NULL,
  -- How often the authenticator says it was used; 0 where it does not count.
  counter BIGINT NOT NULL,
  -- JSON: how browsers reach the authenticator.
  transports TEXT NOT NULL,
  -- Whether a provider copies it to other devices of its owner: 0 or 1.
  is_synced BIGINT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX access_passkey_of_person ON access_passkey (person_id);

-- What authenticators were asked to sign, until they have or it is too late: a row that is gone was spent.
CREATE TABLE access_challenge (
  -- SHA-256 of it.
  hash TEXT NOT NULL PRIMARY KEY,
  -- join, add, sign-in
  purpose TEXT NOT NULL,
  -- The hash of an invitation's code, the id of a session, the name somebody has typed; empty: any name.
  bound_to TEXT NOT NULL,
  -- Of the page that asked.
  origin TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX access_challenge_by_end ON access_challenge (expires_at);
