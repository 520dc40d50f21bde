-- What a session's events earned, by currency (catalog/columns.py: PAYMENT), so that lists of sessions need not look for
-- the few events with revenue among all. '' is nothing; '?' is not known, as of the sessions that were stored before.

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS earned String DEFAULT '?' CODEC(ZSTD(1)) AFTER flow;
