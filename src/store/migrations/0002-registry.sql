-- The registry: state machines with their revisions, activities, and the tags of both.

CREATE TABLE state_machine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  arn TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('STANDARD', 'EXPRESS')),
  -- DELETING waits for its running executions. DELETED is gone for everybody but the executions it had.
  status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DELETING', 'DELETED')),
  created_at INTEGER NOT NULL
) STRICT;

-- The name of a deleted machine is free again.
CREATE UNIQUE INDEX state_machine_arn ON state_machine (arn) WHERE status <> 'DELETED';

-- The current revision of a machine is its youngest. Rows never change, and their ids never come back (AUTOINCREMENT):
-- compiled definitions are cached by them.
CREATE TABLE revision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  machine_id INTEGER NOT NULL REFERENCES state_machine (id),
  -- Null for the first revision of a machine, as on AWS.
  uuid TEXT,
  definition TEXT NOT NULL,
  role_arn TEXT NOT NULL,
  -- Complete JSON objects in one spelling.
  logging TEXT NOT NULL,
  tracing TEXT NOT NULL,
  encryption TEXT NOT NULL,
  -- JSON object: state name -> names of the variables it reads.
  variable_references TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX revision_machine ON revision (machine_id);

CREATE TABLE activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  arn TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tag (
  -- Of a state machine or an activity.
  arn TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, key)
) STRICT;
