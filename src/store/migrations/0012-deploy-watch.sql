-- What a person watches of a deployment: the states it passed, what was last seen of it, and when its calls were taken back.

CREATE TABLE deploy_visit (
  deployment TEXT NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  -- Index of the strategy's step, in the states that are run once for each.
  step INTEGER,
  -- Which of its executions was there.
  run INTEGER NOT NULL,
  entered_at BIGINT NOT NULL,
  PRIMARY KEY (deployment, position)
);

-- JSON: instances and traffic as they were last looked at.
ALTER TABLE deployment ADD COLUMN sight TEXT;
ALTER TABLE deploy_intent ADD COLUMN undone_at BIGINT;
