-- Pairs of keys that AWS's tools sign with, each the holder of a token in another form.
CREATE TABLE access_aws_key (
  -- As AWS_ACCESS_KEY_ID.
  id TEXT NOT NULL PRIMARY KEY,
  -- It may what this token may, and is good only as long.
  token_id TEXT NOT NULL,
  -- A signature can only be checked with the secret itself: sealed under a key outside the database.
  sealed_secret TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX access_aws_key_of_token ON access_aws_key (token_id);
