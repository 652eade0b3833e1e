-- Who is signed in to the console: one-time codes of sign-in links, and the sessions that one of them, or a token, began.
CREATE TABLE access_sign_in_code (
  -- SHA-256 of the code, which is told once and kept nowhere.
  code_hash TEXT NOT NULL PRIMARY KEY,
  -- Whose session it begins.
  token_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT
);

CREATE TABLE access_session (
  id TEXT NOT NULL PRIMARY KEY,
  -- It is good only as long as this token is.
  token_id TEXT NOT NULL,
  -- Of the cookie, and of the half that the page keeps.
  secret_hash TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE UNIQUE INDEX access_session_secret ON access_session (secret_hash);
CREATE INDEX access_session_expiry ON access_session (expires_at);
