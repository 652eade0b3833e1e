-- Deploying: who may sign, what was signed, what is under way, and what each deployment has done to the outside.

CREATE TABLE deploy_key (
  -- First 16 hexadecimal digits of the SHA-256 of the public key.
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  public_pem TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);

-- Releases as they were signed. Never changed and never deleted: that is what keeps one from being played again.
CREATE TABLE release (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  config TEXT NOT NULL,
  target TEXT NOT NULL,
  -- SHA-256 of the document.
  digest TEXT NOT NULL UNIQUE,
  -- Canonical JSON, as it was signed.
  document TEXT NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  accepted_at BIGINT NOT NULL
);
CREATE INDEX release_newest ON release (project, config, signed_at);

CREATE TABLE deployment (
  id TEXT PRIMARY KEY,
  -- Grows with each deployment: the order of the history.
  position INTEGER NOT NULL UNIQUE,
  project TEXT NOT NULL,
  config TEXT NOT NULL,
  target TEXT NOT NULL,
  -- deploy, rollback (back to the warm release), return (to any other release of the history)
  kind TEXT NOT NULL,
  release_id TEXT NOT NULL,
  -- Whose things serve when it succeeds: its own, or those of the deployment that a rollback goes back to.
  fleet TEXT NOT NULL,
  -- The attempt before, when it is a retry, and the state whose gates and those before are not asked again.
  retry_of TEXT,
  start_from TEXT,
  -- running, paused, and the ends: succeeded, failed, halted
  status TEXT NOT NULL,
  -- forward, compensate, finish: what is to be done with what was begun
  course TEXT NOT NULL,
  state TEXT NOT NULL,
  -- run, pause, halt: what a person wants
  control TEXT NOT NULL,
  control_reason TEXT,
  expected_plan TEXT,
  plan_hash TEXT,
  -- JSON
  plan TEXT,
  progress TEXT NOT NULL,
  diagnosis TEXT,
  evidence TEXT,
  -- Fencing token of the lock it works under.
  term BIGINT NOT NULL,
  -- Executions so far: a deployment whose execution was lost gets another.
  run INTEGER NOT NULL,
  execution_arn TEXT,
  -- JSON: the actor who asked for it.
  requested_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  deadline_at BIGINT NOT NULL,
  paused_at BIGINT,
  committed_at BIGINT,
  ended_at BIGINT,
  -- 1 while it has ended and something is still to be taken down for it.
  leftovers INTEGER NOT NULL
);
CREATE INDEX deployment_leftovers ON deployment (id) WHERE leftovers = 1;
CREATE INDEX deployment_open ON deployment (project, config) WHERE ended_at IS NULL;
CREATE INDEX deployment_history ON deployment (project, config, position);
CREATE INDEX deployment_release ON deployment (release_id, position);

-- Leases. A row is never deleted, for its term must only ever grow; it is free without an owner or past its time.
CREATE TABLE deploy_lock (
  project TEXT NOT NULL,
  config TEXT NOT NULL,
  -- deployment, or person: what a person has closed against all deployments
  kind TEXT NOT NULL,
  owner TEXT,
  reason TEXT NOT NULL,
  term BIGINT NOT NULL,
  taken_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (project, config, kind)
);

-- Each mutating call, written before it is made: what it is, how it is taken back, what became of it.
CREATE TABLE deploy_intent (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Who makes it, and whose thing it makes.
  deployment TEXT NOT NULL,
  fleet TEXT NOT NULL,
  call_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  wave INTEGER NOT NULL,
  -- JSON: the call as the plan has it.
  planned TEXT NOT NULL,
  -- The intent that this one takes back, when it does.
  undoes BIGINT,
  -- Which of the planned alternatives; 0 is the first choice.
  choice INTEGER NOT NULL,
  -- intended, done, failed, undone
  status TEXT NOT NULL,
  -- JSON
  outcome TEXT,
  failure TEXT,
  intended_at BIGINT NOT NULL,
  settled_at BIGINT
);
CREATE UNIQUE INDEX deploy_intent_call ON deploy_intent (deployment, call_id);
CREATE INDEX deploy_intent_fleet ON deploy_intent (fleet);

-- Which fleet serves, and which stands ready beside it.
CREATE TABLE deploy_pointer (
  project TEXT NOT NULL,
  config TEXT NOT NULL,
  serving_fleet TEXT,
  serving_release TEXT,
  warm_fleet TEXT,
  warm_release TEXT,
  warm_until BIGINT,
  PRIMARY KEY (project, config)
);
CREATE INDEX deploy_pointer_warm ON deploy_pointer (warm_until) WHERE warm_until IS NOT NULL;
