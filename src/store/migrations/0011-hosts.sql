-- Hosts: which machines are enrolled; and whom a token stands for, since the token of a host's agent is nobody's of a user.

CREATE TABLE access_tokens_of_actors (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- A user is the token itself, with a role; any other actor is named by its id and has none.
  actor_type TEXT NOT NULL CHECK (actor_type IN ('user', 'machine')),
  actor_id TEXT NOT NULL,
  role TEXT,
  -- SHA-256 of a 256-bit random secret: the secret itself is never stored.
  secret_hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT,
  CHECK ((actor_type = 'user') = (role IS NOT NULL))
);
INSERT INTO access_tokens_of_actors (id, name, actor_type, actor_id, role, secret_hash, created_at, last_used_at, revoked_at)
  SELECT id, name, 'user', id, role, secret_hash, created_at, last_used_at, revoked_at FROM access_tokens;
DROP TABLE access_tokens;
ALTER TABLE access_tokens_of_actors RENAME TO access_tokens;

CREATE TABLE host (
  id TEXT PRIMARY KEY,
  -- Chosen by people; free again when its host was removed.
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  address TEXT NOT NULL,
  token_id TEXT NOT NULL,
  enrolled_at BIGINT NOT NULL,
  draining_since BIGINT,
  removed_at BIGINT,
  first_seen_at BIGINT,
  -- What its agent told last, noted when that changes and else now and then: shown while the agent is away.
  last_seen_at BIGINT,
  agent_version TEXT,
  edge_url TEXT,
  -- JSON.
  facts TEXT
);
CREATE UNIQUE INDEX host_name ON host (name) WHERE removed_at IS NULL;
