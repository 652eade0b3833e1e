-- Redrives; versions of state machines, and the aliases that point at them.

ALTER TABLE execution ADD COLUMN redrive_count INTEGER NOT NULL DEFAULT 0;
-- Of the last redrive.
ALTER TABLE execution ADD COLUMN redriven_at BIGINT;
-- What it was started through: the number of a version, and the name of the alias that chose it.
ALTER TABLE execution ADD COLUMN version BIGINT;
ALTER TABLE execution ADD COLUMN alias TEXT;

CREATE INDEX execution_version ON execution (machine_id, version) WHERE version IS NOT NULL;
CREATE INDEX execution_alias ON execution (machine_id, alias) WHERE alias IS NOT NULL;

-- Requests that have redriven an execution: the same one again, soon after, is answered and not done again.
CREATE TABLE redrive_request (
  execution_id BIGINT NOT NULL,
  token TEXT NOT NULL,
  redriven_at BIGINT NOT NULL,
  PRIMARY KEY (execution_id, token)
);

-- A revision under a number that is never given twice.
CREATE TABLE machine_version (
  machine_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  description TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (machine_id, number)
);

-- The highest number ever given: it stays when the version is deleted.
CREATE TABLE machine_version_counter (
  machine_id BIGINT PRIMARY KEY,
  last_number BIGINT NOT NULL
);

CREATE TABLE machine_alias (
  machine_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  -- JSON: the versions by number with their weights, which sum up to 100.
  routing TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (machine_id, name)
);
