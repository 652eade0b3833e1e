-- The traffic of a deployment over its time, piece by piece, old and new apart: what plots show. A deployment has a bounded number of
-- them: when there are too many, two neighbours become one.
CREATE TABLE deploy_sample (
  deployment TEXT NOT NULL,
  position INTEGER NOT NULL,
  -- Milliseconds since 1970 UTC.
  began_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  -- JSON: what was counted in this piece, and how long it took. NULL in the row that only says from where the first piece counts.
  incoming TEXT,
  outgoing TEXT,
  -- Requests that found no instance at all.
  unplaced BIGINT NOT NULL,
  -- JSON: the counters at its end, which the next piece is counted from. Only the newest has them.
  reading TEXT,
  PRIMARY KEY (deployment, position)
);
