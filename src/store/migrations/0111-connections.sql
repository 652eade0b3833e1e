-- How HTTP tasks prove who they are, where that was told over the API. What the configuration holds is not here.
CREATE TABLE connection (
  name TEXT PRIMARY KEY,
  -- basic, apiKey, oauth
  kind TEXT NOT NULL,
  -- JSON array.
  allowed_hosts TEXT NOT NULL,
  -- Authorization and what is always sent: AES-256-GCM in base64, under a key of the data folder.
  sealed TEXT NOT NULL,
  -- Another each time it is replaced.
  revision TEXT NOT NULL,
  -- Milliseconds since 1970 UTC.
  changed_at BIGINT NOT NULL
);
