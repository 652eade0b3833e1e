-- Executions that are no children of a Map Run, in the order of lists: a hundred thousand children between them are not read.
CREATE INDEX execution_own ON execution (id) WHERE map_run_id IS NULL;
