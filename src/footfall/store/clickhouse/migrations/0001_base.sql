-- Facts are ordered by (project, time): every surface filters by both, the newest rows are read backwards without a
-- sort, and neighbours in time share ids, visitors and addresses, which compresses best (docs/architecture.md).
-- Block numbers let the drain move an event to another session with a patch part instead of rewriting a column.
-- Texts are never NULL: '' is absent. An event's URL is kept in three parts, of which the path is one, since nearly
-- every URL repeats its path; `url` puts them together again, letter by letter.

CREATE TABLE IF NOT EXISTS events
(
    project_id      UInt32 CODEC(ZSTD(1)),
    timestamp       DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    id_hi           UInt64 CODEC(Delta, ZSTD(1)),
    id_lo           UInt64 CODEC(Delta, ZSTD(1)),
    visitor         UInt64 CODEC(ZSTD(1)),
    session         UInt64 CODEC(ZSTD(1)),
    visitor_id      String CODEC(ZSTD(1)),
    session_id      String CODEC(ZSTD(1)),
    session_given   UInt8 CODEC(ZSTD(1)),
    own_id          UInt8 CODEC(ZSTD(1)),
    event_type      Enum8('pageview' = 1, 'custom' = 2) CODEC(ZSTD(1)),
    name            LowCardinality(String) CODEC(ZSTD(1)),
    category        LowCardinality(String) CODEC(ZSTD(1)),
    priority        LowCardinality(String) CODEC(ZSTD(1)),
    hostname        LowCardinality(String) CODEC(ZSTD(1)),
    path            LowCardinality(String) CODEC(ZSTD(1)),
    url_base        LowCardinality(String) CODEC(ZSTD(1)),
    url_rest        String CODEC(ZSTD(1)),
    url             String ALIAS if(url_base = '', url_rest, concat(url_base, path, url_rest)),
    title           LowCardinality(String) CODEC(ZSTD(1)),
    referrer        LowCardinality(String) CODEC(ZSTD(1)),
    source          LowCardinality(String) CODEC(ZSTD(1)),
    channel         LowCardinality(String) CODEC(ZSTD(1)),
    utm_source      LowCardinality(String) CODEC(ZSTD(1)),
    utm_medium      LowCardinality(String) CODEC(ZSTD(1)),
    utm_campaign    LowCardinality(String) CODEC(ZSTD(1)),
    utm_content     LowCardinality(String) CODEC(ZSTD(1)),
    utm_term        LowCardinality(String) CODEC(ZSTD(1)),
    browser         LowCardinality(String) CODEC(ZSTD(1)),
    browser_version LowCardinality(String) CODEC(ZSTD(1)),
    os              LowCardinality(String) CODEC(ZSTD(1)),
    os_version      LowCardinality(String) CODEC(ZSTD(1)),
    device          LowCardinality(String) CODEC(ZSTD(1)),
    traffic         LowCardinality(String) CODEC(ZSTD(1)),
    country         LowCardinality(String) CODEC(ZSTD(1)),
    region          LowCardinality(String) CODEC(ZSTD(1)),
    city            LowCardinality(String) CODEC(ZSTD(1)),
    language        LowCardinality(String) CODEC(ZSTD(1)),
    screen          LowCardinality(String) CODEC(ZSTD(1)),
    revenue         Decimal(18, 4) CODEC(ZSTD(1)),
    currency        LowCardinality(String) CODEC(ZSTD(1)),
    properties      String CODEC(ZSTD(1)),
    batch           UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, timestamp)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    enable_block_number_column = 1, enable_block_offset_column = 1;

CREATE TABLE IF NOT EXISTS requests
(
    project_id      UInt32 CODEC(ZSTD(1)),
    timestamp       DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    id_hi           UInt64 CODEC(Delta, ZSTD(1)),
    id_lo           UInt64 CODEC(Delta, ZSTD(1)),
    visitor         UInt64 CODEC(ZSTD(1)),
    session         UInt64 CODEC(ZSTD(1)),
    user_id         String CODEC(ZSTD(1)),
    method          LowCardinality(String) CODEC(ZSTD(1)),
    endpoint        LowCardinality(String) CODEC(ZSTD(1)),
    host            LowCardinality(String) CODEC(ZSTD(1)),
    status          UInt16 CODEC(ZSTD(1)),
    bytes           UInt64 CODEC(T64, ZSTD(1)),
    duration_us     UInt64 CODEC(T64, ZSTD(1)),
    protocol        LowCardinality(String) CODEC(ZSTD(1)),
    ip_address      String CODEC(ZSTD(1)),
    user_agent      LowCardinality(String) CODEC(ZSTD(1)),
    referer         LowCardinality(String) CODEC(ZSTD(1)),
    browser         LowCardinality(String) CODEC(ZSTD(1)),
    browser_version LowCardinality(String) CODEC(ZSTD(1)),
    os              LowCardinality(String) CODEC(ZSTD(1)),
    os_version      LowCardinality(String) CODEC(ZSTD(1)),
    device          LowCardinality(String) CODEC(ZSTD(1)),
    traffic         LowCardinality(String) CODEC(ZSTD(1)),
    country         LowCardinality(String) CODEC(ZSTD(1)),
    region          LowCardinality(String) CODEC(ZSTD(1)),
    city            LowCardinality(String) CODEC(ZSTD(1)),
    batch           UInt64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, timestamp)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
    enable_block_number_column = 1, enable_block_offset_column = 1;

-- One session = the rows of one key whose signs sum to 1. The drain writes (-1: as it was, +1: as it is) under the
-- batch's number; readers multiply by the sign, so they need neither FINAL nor the merge to have happened.
-- Milliseconds from the start to the first pageview (`entry_lag`) and from the last one to the end (`exit_lag`).
-- `session_id` is the client's name for it ('' for a run of events found by time); `joined` says that events without
-- a name fell into a named session, `own_ids` that some brought their ids along (and so don't sort by arrival).
CREATE TABLE IF NOT EXISTS sessions
(
    project_id      UInt32 CODEC(ZSTD(1)),
    source_table    Enum8('events' = 1, 'requests' = 2) CODEC(ZSTD(1)),
    start           DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    end             DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    visitor         UInt64 CODEC(ZSTD(1)),
    session         UInt64 CODEC(ZSTD(1)),
    sign            Int8 CODEC(ZSTD(1)),
    version         UInt64 CODEC(Delta, ZSTD(1)),
    session_id      String CODEC(ZSTD(1)),
    joined          UInt8 CODEC(ZSTD(1)),
    own_ids         UInt8 CODEC(ZSTD(1)),
    events          UInt32 CODEC(T64, ZSTD(1)),
    pageviews       UInt32 CODEC(T64, ZSTD(1)),
    entry_lag       UInt64 CODEC(T64, ZSTD(1)),
    exit_lag        UInt64 CODEC(T64, ZSTD(1)),
    entry_page      LowCardinality(String) CODEC(ZSTD(1)),
    exit_page       LowCardinality(String) CODEC(ZSTD(1)),
    hostname        LowCardinality(String) CODEC(ZSTD(1)),
    source          LowCardinality(String) CODEC(ZSTD(1)),
    channel         LowCardinality(String) CODEC(ZSTD(1)),
    utm_source      LowCardinality(String) CODEC(ZSTD(1)),
    utm_medium      LowCardinality(String) CODEC(ZSTD(1)),
    utm_campaign    LowCardinality(String) CODEC(ZSTD(1)),
    utm_content     LowCardinality(String) CODEC(ZSTD(1)),
    utm_term        LowCardinality(String) CODEC(ZSTD(1)),
    browser         LowCardinality(String) CODEC(ZSTD(1)),
    os              LowCardinality(String) CODEC(ZSTD(1)),
    device          LowCardinality(String) CODEC(ZSTD(1)),
    traffic         LowCardinality(String) CODEC(ZSTD(1)),
    country         LowCardinality(String) CODEC(ZSTD(1)),
    INDEX session_end end TYPE minmax GRANULARITY 1,
    INDEX session_key session TYPE bloom_filter(0.0001) GRANULARITY 1
)
ENGINE = VersionedCollapsingMergeTree(sign, version)
PARTITION BY toYYYYMM(start)
ORDER BY (project_id, source_table, start, visitor, session)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;
