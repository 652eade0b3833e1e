-- What all processes on one database must have alike in their data folders: keys and the account. Fingerprints, no secrets.

CREATE TABLE shared_identity (
  part TEXT PRIMARY KEY,
  -- SHA-256, hexadecimal.
  fingerprint TEXT NOT NULL
);
