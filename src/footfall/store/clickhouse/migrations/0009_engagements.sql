-- How pages were read, as browsers report it when a page is left: time in focus, scroll depth, web vitals. These are not
-- events: they change neither sessions nor counts. What was not measured is NaN, a depth -1.

CREATE TABLE IF NOT EXISTS engagements
(
    project_id      UInt32 CODEC(ZSTD(1)),
    timestamp       DateTime64(3, 'UTC') CODEC(Delta, T64, ZSTD(1)),
    id_hi           UInt64 CODEC(Delta, T64, ZSTD(1)),
    id_lo           UInt64 CODEC(Delta, T64, ZSTD(1)),
    visitor         UInt64 CODEC(ZSTD(1)),
    visitor_id      String CODEC(ZSTD(1)),
    hostname        LowCardinality(String) CODEC(ZSTD(1)),
    path            LowCardinality(String) CODEC(ZSTD(1)),
    engaged_ms      UInt32 CODEC(T64, ZSTD(1)),
    scroll          Int8 CODEC(ZSTD(1)),
    lcp             Float32 CODEC(ZSTD(1)),
    inp             Float32 CODEC(ZSTD(1)),
    cls             Float32 CODEC(ZSTD(1)),
    fcp             Float32 CODEC(ZSTD(1)),
    ttfb            Float32 CODEC(ZSTD(1)),
    browser         LowCardinality(String) CODEC(ZSTD(1)),
    os              LowCardinality(String) CODEC(ZSTD(1)),
    device          LowCardinality(String) CODEC(ZSTD(1)),
    traffic         LowCardinality(String) CODEC(ZSTD(1)),
    country         LowCardinality(String) CODEC(ZSTD(1)),
    batch           UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, timestamp)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;
