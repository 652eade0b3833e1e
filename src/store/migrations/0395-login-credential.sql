-- What let in who said yes to the login of a command line: as long as it is good, and no longer, the yes is.
ALTER TABLE access_login ADD COLUMN credential TEXT;
