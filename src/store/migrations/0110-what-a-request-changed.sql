-- The change that a repeatable request has recorded, where its answer cannot be made again out of what is there now: who held a lock
-- that was broken is told nowhere else.
ALTER TABLE request_effect ADD COLUMN change TEXT;
