-- Proxy logs, summed up: rows of one key (everything a log says but its figures) become one row when parts are merged.
-- Readers sum, too, so they need neither FINAL nor the merge to have happened. Times are kept to the second, so that a
-- period may begin and end at any (docs/adr/0018).
-- `batch` is the newest batch in a row. `writer` keeps rows apart that must not be summed up: those of different drains,
-- each of which has to find its last batch again, and figures so large that a sum might not fit 64 bits.

CREATE TABLE IF NOT EXISTS traffic
(
    project_id      UInt32 CODEC(ZSTD(1)),
    timestamp       DateTime('UTC') CODEC(Delta, ZSTD(1)),
    domain          LowCardinality(String) CODEC(ZSTD(1)),
    worker          LowCardinality(String) CODEC(ZSTD(1)),
    protocol        LowCardinality(String) CODEC(ZSTD(1)),
    user_id         UInt64 CODEC(ZSTD(1)),
    order_id        UInt64 CODEC(ZSTD(1)),
    port            UInt16 CODEC(ZSTD(1)),
    error           LowCardinality(String) CODEC(ZSTD(1)),
    peer_id         String CODEC(ZSTD(1)),
    ip_from         String CODEC(ZSTD(1)),
    ip_out          String CODEC(ZSTD(1)),
    writer          UInt64 CODEC(ZSTD(1)),
    count           SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_sent      SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_received  SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    error_count     SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    duration_ms     SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    max_concurrency SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
    batch           SimpleAggregateFunction(max, UInt64) CODEC(Delta, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(timestamp)
PRIMARY KEY (project_id, timestamp)
ORDER BY (project_id, timestamp, domain, worker, protocol, user_id, order_id, port, error, peer_id, ip_from, ip_out,
          writer)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;
