-- Accounts at identity providers, each of one person: by issuer and subject, never by a mail address.
CREATE TABLE access_outside_account (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person_id TEXT NOT NULL,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX access_outside_account_of_person ON access_outside_account (person_id);

-- What is good once and was used: states of sign-ons, ids of CI tokens. Kept until it is too old to be taken anyway.
CREATE TABLE identity_spent (
  -- SHA-256 of what it is.
  hash TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX identity_spent_by_end ON identity_spent (expires_at);
