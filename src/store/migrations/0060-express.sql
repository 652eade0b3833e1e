-- Express executions: they run in memory and are only told of here, each in one row. One that was started asynchronously is
-- here before its start is answered, and runs again from its beginning after a crash; a synchronous one comes with its end.
CREATE TABLE express_execution (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- No foreign keys, as in execution.
  machine_id BIGINT NOT NULL,
  revision_id BIGINT NOT NULL,
  machine_name TEXT NOT NULL,
  -- Names may repeat; the id at the end of the ARN does not.
  name TEXT NOT NULL,
  uuid TEXT NOT NULL,
  -- As in execution; never aborted.
  status INTEGER NOT NULL,
  started_at BIGINT NOT NULL,
  stopped_at BIGINT,
  input TEXT NOT NULL,
  output TEXT,
  error TEXT,
  cause TEXT,
  trace_header TEXT,
  -- The life of the node that runs it; null where only one process can be, and once it has ended.
  node BIGINT
);
CREATE UNIQUE INDEX express_execution_uuid ON express_execution (uuid);
CREATE INDEX express_execution_machine ON express_execution (machine_id);
CREATE INDEX express_execution_open ON express_execution (machine_id) WHERE status = 0;
CREATE INDEX express_execution_closed ON express_execution (stopped_at) WHERE status <> 0;
