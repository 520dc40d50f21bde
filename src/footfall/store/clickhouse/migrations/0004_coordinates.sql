-- Where an event came from, as the operator's city database has it. NaN is unknown: 0 is a place on the equator.
-- A column of NaN takes next to no room, and points repeat byte by byte only some way apart, hence ZSTD(3).

ALTER TABLE events
    ADD COLUMN IF NOT EXISTS latitude Float32 DEFAULT nan
        COMMENT 'degrees north, from a city database; NaN: unknown' CODEC(ZSTD(3)) AFTER city,
    ADD COLUMN IF NOT EXISTS longitude Float32 DEFAULT nan
        COMMENT 'degrees east, from a city database; NaN: unknown' CODEC(ZSTD(3)) AFTER latitude;
