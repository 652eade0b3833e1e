-- Several nodes on one database: which of them live, whose execution is whose, and what one has for another to carry out.

-- One row for each life of a node: a node that was held for dead comes back as another row, so the id is a fencing token.
CREATE TABLE engine_node (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The same in every life: named after the data folder that nobody else can have open.
  name TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  -- Renewed as long as it lives; past it any other node may end this life.
  lease_until BIGINT NOT NULL,
  -- Null while it lives. Nothing is written in a life that is over; the row goes once all it had is somebody else's.
  ended_at BIGINT
);
CREATE INDEX engine_node_name ON engine_node (name) WHERE ended_at IS NULL;

-- The life that has something under way for it; null for one that sleeps or has ended, and where only one process can be.
ALTER TABLE execution ADD COLUMN node BIGINT;
-- The life that waits for what the event waits for.
ALTER TABLE inbox ADD COLUMN node BIGINT;

-- Events that came to one node for an execution that another one has.
CREATE TABLE letter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  execution_id BIGINT NOT NULL,
  -- JSON: the event, and what the trail is to say of it.
  event TEXT NOT NULL,
  -- The life in which somebody waits for the outcome; null when nobody does.
  sender BIGINT,
  -- What became of it; null until it is carried out.
  outcome TEXT
);
CREATE INDEX letter_open ON letter (execution_id) WHERE outcome IS NULL;
CREATE INDEX letter_answered ON letter (sender) WHERE outcome IS NOT NULL;

-- Jobs that one process at a time may do. A row is never deleted, for its term must only ever grow.
CREATE TABLE named_lease (
  name TEXT PRIMARY KEY,
  holder TEXT,
  -- Grows with each change of the holder.
  term BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
