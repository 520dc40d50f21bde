-- Custom events that their sender marked as no interaction, which leave a bounce a bounce. Events and sessions that were
-- stored before have none, so their figures stay as they are.

ALTER TABLE events ADD COLUMN IF NOT EXISTS passive UInt8 CODEC(ZSTD(1)) AFTER event_type;

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS passive_events UInt32 CODEC(T64, ZSTD(1)) AFTER pageviews;
