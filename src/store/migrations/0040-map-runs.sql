-- Distributed Maps: their runs, and the executions that carry out their items.

-- The run that started it, which of its children it is (0, 1, 2 …), and how many items it was given.
ALTER TABLE execution ADD COLUMN map_run_id BIGINT;
ALTER TABLE execution ADD COLUMN map_index BIGINT;
ALTER TABLE execution ADD COLUMN item_count BIGINT;

-- Nothing that a crash or a second writer repeats is started twice.
CREATE UNIQUE INDEX execution_map_child ON execution (map_run_id, map_index) WHERE map_run_id IS NOT NULL;
CREATE INDEX execution_map_open ON execution (map_run_id) WHERE map_run_id IS NOT NULL AND status = 0;

-- Children are found through their run alone, and go with their parent: lists and the retention do not see them.
DROP INDEX execution_machine;
DROP INDEX execution_open;
DROP INDEX execution_failed;
DROP INDEX execution_closed;
CREATE INDEX execution_machine ON execution (machine_id) WHERE map_run_id IS NULL;
CREATE INDEX execution_open ON execution (machine_id) WHERE status = 0 AND map_run_id IS NULL;
CREATE INDEX execution_failed ON execution (status) WHERE status >= 2 AND map_run_id IS NULL;
CREATE INDEX execution_closed ON execution (stopped_at) WHERE status <> 0 AND map_run_id IS NULL;

CREATE TABLE map_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  arn TEXT NOT NULL UNIQUE,
  -- Whose attempt of which visit waits for its end.
  execution_id BIGINT NOT NULL,
  frame BIGINT NOT NULL,
  entered_id BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  -- Number of the Map state in its revision.
  state BIGINT NOT NULL,
  label TEXT NOT NULL,
  -- 0 running, 1 succeeded, 2 failed, 3 aborted
  status INTEGER NOT NULL,
  -- 1 while there is something to do for it: also after an abort, until its children have been stopped.
  open INTEGER NOT NULL,
  started_at BIGINT NOT NULL,
  stopped_at BIGINT,
  -- 0: as many as the service lets run.
  max_concurrency BIGINT NOT NULL,
  tolerated_count BIGINT,
  tolerated_percentage DOUBLE PRECISION,
  -- Why it fails, as soon as that is certain.
  error TEXT,
  cause TEXT,
  -- How far the items have been read: JSON of their reader; null before the first.
  item_cursor TEXT,
  -- Children and items; null while it is not known how many there are.
  total BIGINT,
  total_items BIGINT,
  -- Children started so far, and their items; then where those are.
  started BIGINT NOT NULL DEFAULT 0,
  started_items BIGINT NOT NULL DEFAULT 0,
  running BIGINT NOT NULL DEFAULT 0,
  running_items BIGINT NOT NULL DEFAULT 0,
  succeeded BIGINT NOT NULL DEFAULT 0,
  succeeded_items BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  failed_items BIGINT NOT NULL DEFAULT 0,
  timed_out BIGINT NOT NULL DEFAULT 0,
  timed_out_items BIGINT NOT NULL DEFAULT 0,
  aborted BIGINT NOT NULL DEFAULT 0,
  aborted_items BIGINT NOT NULL DEFAULT 0,
  written BIGINT NOT NULL DEFAULT 0,
  written_items BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX map_run_execution ON map_run (execution_id);
CREATE INDEX map_run_open ON map_run (id) WHERE open = 1;

-- What a run was opened with, apart from its counters: it may hold megabytes of items and never changes.
CREATE TABLE map_run_plan (
  map_run_id BIGINT PRIMARY KEY,
  -- JSON: source, batches, results.
  plan TEXT NOT NULL
);
