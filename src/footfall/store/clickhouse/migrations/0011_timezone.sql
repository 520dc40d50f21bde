-- The time zone of the browser. Events that were stored before have none.

ALTER TABLE events ADD COLUMN IF NOT EXISTS timezone LowCardinality(String) CODEC(ZSTD(1)) AFTER language;
