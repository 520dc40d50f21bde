-- Where an event came from, by the operator's city database. NaN is unknown, since 0 is a valid coordinate.
-- A column of NaN takes hardly any space, and equal points are some way apart in the data, hence ZSTD(3).

ALTER TABLE events
    ADD COLUMN IF NOT EXISTS latitude Float32 DEFAULT nan
        COMMENT 'degrees north, from a city database; NaN: unknown' CODEC(ZSTD(3)) AFTER city,
    ADD COLUMN IF NOT EXISTS longitude Float32 DEFAULT nan
        COMMENT 'degrees east, from a city database; NaN: unknown' CODEC(ZSTD(3)) AFTER latitude;
