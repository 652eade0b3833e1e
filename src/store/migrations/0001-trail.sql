-- The trail: records wait unsealed in the order of their commits, and are sealed into a chain that is only ever added to.

CREATE TABLE trail_unsealed (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor_type TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_via TEXT NOT NULL,
  action TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  change TEXT,
  execution TEXT,
  event_id INTEGER,
  cause_type TEXT,
  cause_id TEXT,
  drill TEXT
) STRICT;

CREATE TABLE trail (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor_type TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_via TEXT NOT NULL,
  action TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  change TEXT,
  execution TEXT,
  event_id INTEGER,
  cause_type TEXT,
  cause_id TEXT,
  drill TEXT,
  clock_regress INTEGER,
  hash TEXT NOT NULL
) STRICT;
-- One column each: behind it stands seq, so a page of the newest is read off the index without sorting.
CREATE INDEX trail_by_subject ON trail (subject_id);
CREATE INDEX trail_by_actor ON trail (actor_id);
CREATE INDEX trail_by_action ON trail (action);
CREATE INDEX trail_by_execution ON trail (execution);
CREATE INDEX trail_by_time ON trail (at);

-- Signed statements about the chain: "at seq the hash was this" (head), "all up to seq was pruned" (cut).
CREATE TABLE trail_statements (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('head', 'cut')),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;

-- How far each follower has come; moved in the transaction of what the follower did.
CREATE TABLE trail_cursors (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  moved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE access_tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  -- SHA-256 of a 256-bit random secret: the secret itself is never stored.
  secret_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
