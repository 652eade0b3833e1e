-- The latest head is looked for after every sealing; a year has half a million of them.
CREATE INDEX trail_statements_latest ON trail_statements (kind, seq);
