-- Hourly roll-ups: the requests of a past hour in total (dimension '') and by every grouping of the network surface, once
-- for the hour (`step` 3600) and once for each of its quarters (900). All rows of one roll-up have its version, `edition`.
-- The row with the total of the hour is the validity marker: the roll-up is valid as long as the hour has that many
-- requests, none of a later batch than `batch` (docs/adr/0019). Otherwise it is made again, under a higher version.

CREATE TABLE IF NOT EXISTS breakdowns
(
    project_id UInt32 CODEC(ZSTD(1)),
    dimension  LowCardinality(String) CODEC(ZSTD(1)),
    step       UInt16 CODEC(ZSTD(1)),
    bucket     DateTime('UTC') CODEC(Delta, ZSTD(1)),
    label      String CODEC(ZSTD(1)),
    requests   UInt64 CODEC(T64, ZSTD(1)),
    visits     UInt64 CODEC(T64, ZSTD(1)),
    bytes      UInt64 CODEC(T64, ZSTD(1)),
    batch      UInt64 CODEC(Delta, ZSTD(1)),
    edition    UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(edition)
PARTITION BY toYYYYMMDD(bucket)
ORDER BY (project_id, dimension, step, bucket, label)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;
