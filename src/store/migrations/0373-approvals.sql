-- Places where somebody else has to agree before anything is changed, and who agreed to what.
CREATE TABLE deploy_protection (
  project TEXT NOT NULL,
  config TEXT NOT NULL,
  -- How many people besides the one who asks; never 0: an unprotected place has no row.
  approvals BIGINT NOT NULL,
  -- So long a request waits.
  lives_ms BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (project, config)
);

-- One vote of each person for each deployment: the last one they gave.
CREATE TABLE deploy_vote (
  deployment TEXT NOT NULL,
  -- Of the person, whichever token or session they came by.
  person TEXT NOT NULL,
  -- approve, refuse
  verdict TEXT NOT NULL,
  -- Of the plan that they saw.
  plan_hash TEXT NOT NULL,
  -- JSON: the actor.
  voted_by TEXT NOT NULL,
  reason TEXT,
  voted_at BIGINT NOT NULL,
  PRIMARY KEY (deployment, person)
);

-- What a deployment needs, as it was when it began, or more when the place got stricter since.
ALTER TABLE deployment ADD COLUMN approvals_needed INTEGER NOT NULL DEFAULT 0;
-- The plan that may be carried out, once it was agreed to.
ALTER TABLE deployment ADD COLUMN approved_plan TEXT;
UPDATE deployment SET approved_plan = plan_hash;
-- JSON: who went ahead without approval, when and why; and who has looked at it since.
ALTER TABLE deployment ADD COLUMN glass TEXT;
