-- Of a session whose events differ: how many of them have which properties (catalog/columns.py: VARIANT), so that queries
-- need not look for them among all events. Sessions that were stored before get theirs in the background; '' until then.

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS variants String CODEC(ZSTD(1)) AFTER varies;
