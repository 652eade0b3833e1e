-- What a token may do: grants instead of the one role there was, for whom it was made, and until when it is good.
CREATE TABLE access_tokens_with_grants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- A user is the token itself, with grants; any other actor is named by its id and has none.
  actor_type TEXT NOT NULL CHECK (actor_type IN ('user', 'machine')),
  actor_id TEXT NOT NULL,
  -- JSON: a list of roles, each everywhere or bound to a project, or to a config of it.
  grants TEXT,
  -- Whose it is: it never does more than this person may. Null: nobody's in particular.
  person_id TEXT,
  -- SHA-256 of a 256-bit random secret: the secret itself is never stored.
  secret_hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT,
  CHECK ((actor_type = 'user') = (grants IS NOT NULL))
);
INSERT INTO access_tokens_with_grants
    (id, name, actor_type, actor_id, grants, secret_hash, created_at, last_used_at, revoked_at)
  SELECT id, name, actor_type, actor_id, CASE WHEN role IS NULL THEN NULL ELSE '[{"role":"' || role || '"}]' END,
    secret_hash, created_at, last_used_at, revoked_at FROM access_tokens;
DROP TABLE access_tokens;
ALTER TABLE access_tokens_with_grants RENAME TO access_tokens;
CREATE INDEX access_tokens_of_person ON access_tokens (person_id);
