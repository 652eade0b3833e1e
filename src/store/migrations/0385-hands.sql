-- In whose hands tokens and people are: who has learned a secret can act by it, and counts as one with it where several must agree.

-- JSON: who made the token. Null: before this was kept.
ALTER TABLE access_tokens ADD COLUMN made_by TEXT;

-- Everybody who has made or rotated a token, and those in whose hands these were then: people, tokens that are nobody's, an issuer of
-- pipelines, `owner` (of the machine), `unknown`.
CREATE TABLE access_token_hand (
  token_id TEXT NOT NULL,
  hand TEXT NOT NULL,
  PRIMARY KEY (token_id, hand)
);
-- It may have been anybody, so such a token agrees to nothing and nobody agrees to what it asks, until it is rotated.
INSERT INTO access_token_hand (token_id, hand)
  SELECT id, 'unknown' FROM access_tokens WHERE actor_type = 'user' AND person_id IS NULL AND name <> 'local';

-- Who made the invitation that a person has joined by has seen its link: for a while they may be one.
CREATE TABLE access_person_hand (
  person_id TEXT NOT NULL,
  hand TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, hand)
);

-- JSON: in whose hands an invitation is; a login of a command line, since somebody said yes.
ALTER TABLE access_step ADD COLUMN hands TEXT;
ALTER TABLE access_login ADD COLUMN hands TEXT;

-- JSON: in whose hands it was who asked, and who agreed, when they did.
ALTER TABLE deployment ADD COLUMN requester_hands TEXT;
ALTER TABLE deploy_vote ADD COLUMN hands TEXT;
