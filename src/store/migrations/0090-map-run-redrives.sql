-- Redrives of Map Runs: those of its children that had not succeeded run again, each once in each redrive.

ALTER TABLE map_run ADD COLUMN redrive_count BIGINT NOT NULL DEFAULT 0;
-- Of the last redrive.
ALTER TABLE map_run ADD COLUMN redriven_at BIGINT;
-- 1 while it is to be redriven and still does what its end had it do.
ALTER TABLE map_run ADD COLUMN redriving INTEGER NOT NULL DEFAULT 0;
-- Children that wait to run again, and those that have failed for good; then their items.
ALTER TABLE map_run ADD COLUMN pending_redrive BIGINT NOT NULL DEFAULT 0;
ALTER TABLE map_run ADD COLUMN pending_redrive_items BIGINT NOT NULL DEFAULT 0;
ALTER TABLE map_run ADD COLUMN not_redrivable BIGINT NOT NULL DEFAULT 0;
ALTER TABLE map_run ADD COLUMN not_redrivable_items BIGINT NOT NULL DEFAULT 0;

-- The redrive of its run in which a child began to run last: of one that failed in an earlier one it is not known yet what
-- becomes of it.
ALTER TABLE execution ADD COLUMN map_redrive BIGINT NOT NULL DEFAULT 0;
CREATE INDEX execution_map_failed ON execution (map_run_id, map_index) WHERE map_run_id IS NOT NULL AND status >= 2;
