-- Roll-ups of more lists, in smaller granules: states of visitors are large, and a query needs those of few cells. Cells
-- made before counted other sessions, so they are dropped and made again in the background; meanwhile queries read facts.

DROP TABLE IF EXISTS rollups;

DROP TABLE IF EXISTS rolled_up;

CREATE TABLE IF NOT EXISTS rollups
(
    project_id  UInt32 CODEC(ZSTD(1)),
    rollup      LowCardinality(String) CODEC(ZSTD(1)),
    grain       Enum8('15min' = 1, 'hour' = 2, 'day' = 3, 'week' = 4, 'month' = 5) CODEC(ZSTD(1)),
    bucket      DateTime('UTC') CODEC(Delta, ZSTD(1)),
    label       String CODEC(ZSTD(1)),
    version     UInt64 CODEC(Delta, ZSTD(1)),
    counted     UInt8 CODEC(ZSTD(1)) COMMENT 'whether visitors were counted: of the labels with most rows only',
    events      UInt64 CODEC(T64, ZSTD(1)),
    pageviews   UInt64 CODEC(T64, ZSTD(1)),
    visitors    AggregateFunction(uniqCombined64(17), UInt64) CODEC(ZSTD(3)),
    sessions    UInt64 CODEC(T64, ZSTD(1)) COMMENT 'that begin in the cell',
    bounces     UInt64 CODEC(T64, ZSTD(1)),
    duration_ms UInt64 CODEC(T64, ZSTD(1)),
    reaching    UInt64 CODEC(T64, ZSTD(1)) COMMENT 'sessions that began before the cell and reach into it',
    reaching_bounces     UInt64 CODEC(T64, ZSTD(1)),
    reaching_duration_ms UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(bucket)
ORDER BY (project_id, rollup, grain, bucket, label)
SETTINGS
    non_replicated_deduplication_window = 10000, index_granularity = 64,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;

CREATE TABLE IF NOT EXISTS rolled_up
(
    project_id UInt32 CODEC(ZSTD(1)),
    source     LowCardinality(String) CODEC(ZSTD(1)),
    grain      Enum8('15min' = 1, 'hour' = 2, 'day' = 3, 'week' = 4, 'month' = 5) CODEC(ZSTD(1)),
    bucket     DateTime('UTC') CODEC(Delta, ZSTD(1)),
    until      DateTime('UTC') CODEC(Delta, ZSTD(1)),
    zone       LowCardinality(String) CODEC(ZSTD(1)) COMMENT 'by whose clocks the cell was cut',
    rollups    Array(LowCardinality(String)) CODEC(ZSTD(1)),
    stamp      UInt64 CODEC(Delta, ZSTD(1)),
    version    UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(bucket)
ORDER BY (project_id, source, grain, bucket)
SETTINGS
    index_granularity = 512, non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;
