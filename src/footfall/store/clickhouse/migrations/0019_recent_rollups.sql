-- Cells of hours and of their quarters, for the network surface, which are kept for some days only: as `rollups`, with the
-- columns that they have. They replace `breakdowns`, whose roll-ups were told valid by counting the hour's requests.

CREATE TABLE IF NOT EXISTS recent_rollups
(
    project_id UInt32 CODEC(ZSTD(1)),
    rollup     LowCardinality(String) CODEC(ZSTD(1)),
    grain      Enum8('15min' = 1, 'hour' = 2, 'day' = 3, 'week' = 4, 'month' = 5) CODEC(ZSTD(1)),
    bucket     DateTime('UTC') CODEC(Delta, ZSTD(1)),
    label      String CODEC(ZSTD(1)),
    label_2    String CODEC(ZSTD(1)),
    version    UInt64 CODEC(Delta, ZSTD(1)),
    counted    UInt8 CODEC(ZSTD(1)),
    hits       UInt64 CODEC(T64, ZSTD(1)),
    sessions   UInt64 CODEC(T64, ZSTD(1)),
    bytes      UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMMDD(bucket)
ORDER BY (project_id, rollup, grain, bucket, label, label_2)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;

DROP TABLE IF EXISTS breakdowns;
