-- What queries need to know of a session's events, so that they need not read them: the first event's region, city,
-- language, time zone and screen; `varies`, a bit for each property in which the events differ (catalog/columns.py:
-- VARIES, GAPS, FLOW); `flow`, the paths of the first five pageviews.
-- Sessions that were stored before have every bit set: nothing is known of them until they are filled in the background.

ALTER TABLE sessions
    ADD COLUMN IF NOT EXISTS region LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS city LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS language LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS timezone LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS screen LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS varies UInt16 DEFAULT 65535 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS flow Array(LowCardinality(String)) CODEC(ZSTD(1));
