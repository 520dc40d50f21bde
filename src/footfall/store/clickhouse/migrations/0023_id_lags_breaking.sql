-- Most ids are made within moments of their event, so their time repeats the event's: of these, `id_hi` has no time, and
-- `id_lag` is 1 + the milliseconds from a minute before the event to the id (docs/adr/0028). Of others, and of rows that
-- were stored before, `id_lag` is 0 and `id_hi` is whole. Queries read `full_id_hi`. Versions that read `id_hi` would show
-- other ids, hence the name.

ALTER TABLE events
    ADD COLUMN IF NOT EXISTS id_lag UInt32 CODEC(T64, ZSTD(1)) AFTER id_hi,
    ADD COLUMN IF NOT EXISTS full_id_hi UInt64
        ALIAS id_hi + (id_lag != 0) * bitShiftLeft(toUInt64(toUnixTimestamp64Milli(timestamp) + id_lag - 60001), 16);

ALTER TABLE requests
    ADD COLUMN IF NOT EXISTS id_lag UInt32 CODEC(T64, ZSTD(1)) AFTER id_hi,
    ADD COLUMN IF NOT EXISTS full_id_hi UInt64
        ALIAS id_hi + (id_lag != 0) * bitShiftLeft(toUInt64(toUnixTimestamp64Milli(timestamp) + id_lag - 60001), 16);

ALTER TABLE engagements
    ADD COLUMN IF NOT EXISTS id_lag UInt32 CODEC(T64, ZSTD(1)) AFTER id_hi,
    ADD COLUMN IF NOT EXISTS full_id_hi UInt64
        ALIAS id_hi + (id_lag != 0) * bitShiftLeft(toUInt64(toUnixTimestamp64Milli(timestamp) + id_lag - 60001), 16);
