-- Secrets that tokens had before they were rotated, for as long as both are good.
CREATE TABLE access_former_secret (
  -- SHA-256, as with tokens.
  secret_hash TEXT NOT NULL PRIMARY KEY,
  token_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
