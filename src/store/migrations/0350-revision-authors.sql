-- Who made a revision, as JSON (type, id, via), and what they say it is for. Of revisions from before that, only the trail tells.
ALTER TABLE revision ADD COLUMN made_by TEXT;
ALTER TABLE revision ADD COLUMN summary TEXT;
