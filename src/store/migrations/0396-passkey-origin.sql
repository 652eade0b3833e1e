-- Scheme, name and port of this server that a passkey was made at, instead of the name alone. Browsers look at the name alone, and whatever
-- else runs at another port of it could have a page sign.
ALTER TABLE access_passkey RENAME COLUMN rp_id TO origin;
-- Of those that are here only the name was kept. Over a network that is https at its own port; one made at another port has to be added anew.
UPDATE access_passkey SET origin = 'https://' || origin;
