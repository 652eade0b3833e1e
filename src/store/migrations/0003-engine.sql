-- The engine: executions, what they did, and what they wait for.

CREATE TABLE execution (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- No foreign keys: every start would look both up again (a tenth of its insert), and every purge of a machine would
  -- read all executions. The retention forgets a machine only when no execution is left of it.
  machine_id BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  machine_name TEXT NOT NULL,
  name TEXT NOT NULL,
  -- 0 running, 1 succeeded, 2 failed, 3 timed out, 4 aborted
  status INTEGER NOT NULL,
  started_at BIGINT NOT NULL,
  stopped_at BIGINT,
  input TEXT NOT NULL,
  output TEXT,
  error TEXT,
  cause TEXT,
  trace_header TEXT,
  -- 1 while this process has something to do for it now: a call under way, a state to go on with. Sleepers have 0.
  busy INTEGER NOT NULL,
  -- SHA-256 (hex) over its chunks, once it is closed.
  digest TEXT,
  -- The nested call that started it and waits for its end (startExecution.sync), as JSON; null when nothing waits.
  awaited_by TEXT,
  -- The execution of that call.
  parent_id BIGINT
);

-- The name of an execution is taken as long as the execution is kept, whatever became of its machine.
CREATE UNIQUE INDEX execution_name ON execution (machine_name, name);
CREATE INDEX execution_machine ON execution (machine_id);
CREATE INDEX execution_open ON execution (machine_id) WHERE status = 0;
CREATE INDEX execution_failed ON execution (status) WHERE status >= 2;
CREATE INDEX execution_busy ON execution (id) WHERE busy = 1;
CREATE INDEX execution_children ON execution (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX execution_closed ON execution (stopped_at) WHERE status <> 0;

-- What one step did: its cause, history and changes, in one row that is only ever appended.
CREATE TABLE chunk (
  execution_id BIGINT NOT NULL,
  -- 1, 2, 3 … within the execution.
  seq BIGINT NOT NULL,
  first_event BIGINT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL
);
-- Two writers of one execution cannot both append the same step.
CREATE UNIQUE INDEX chunk_order ON chunk (execution_id, seq);

-- The whole state after a chunk, so that a long execution is not read from its beginning.
CREATE TABLE snapshot (
  execution_id BIGINT PRIMARY KEY,
  seq BIGINT NOT NULL,
  next_event BIGINT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL
);

CREATE TABLE timer (
  execution_id BIGINT NOT NULL,
  frame BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  entered_id BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  due BIGINT NOT NULL,
  PRIMARY KEY (execution_id, frame, kind)
) WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due);

-- Events that have been accepted but wait for something before they can be carried out.
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  execution_id BIGINT NOT NULL,
  -- JSON: the event, and what the trail is to say of it.
  event TEXT NOT NULL
);
CREATE INDEX inbox_execution ON inbox (execution_id);

-- Executions that the retention has taken away, whose chunks are still being deleted.
CREATE TABLE pruned_execution (
  execution_id BIGINT PRIMARY KEY
);

-- Tasks of activities, oldest first; a taken one stays until it is answered or cancelled.
CREATE TABLE activity_task (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_arn TEXT NOT NULL,
  execution_id BIGINT NOT NULL,
  frame BIGINT NOT NULL,
  entered_id BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  input TEXT NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX activity_task_queue ON activity_task (activity_arn) WHERE taken = 0;
CREATE INDEX activity_task_execution ON activity_task (execution_id);
