-- Schema 31
-- The tables of a new store, as all migrations leave them. Written by `python -m tools.schema`, not by hand.

CREATE TABLE IF NOT EXISTS engagements
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `timestamp` DateTime64(3, 'UTC') CODEC(Delta(8), T64, ZSTD(1)),
    `id_hi` UInt64 CODEC(Delta(8), T64, ZSTD(1)),
    `id_lag` UInt32 CODEC(T64, ZSTD(1)),
    `id_lo` UInt64 CODEC(Delta(8), T64, ZSTD(1)),
    `visitor` UInt64 CODEC(ZSTD(1)),
    `visitor_id` String CODEC(ZSTD(1)),
    `hostname` LowCardinality(String) CODEC(ZSTD(1)),
    `path` LowCardinality(String) CODEC(ZSTD(1)),
    `engaged_ms` UInt32 CODEC(T64, ZSTD(1)),
    `scroll` Int8 CODEC(ZSTD(1)),
    `lcp` Float32 CODEC(ZSTD(1)),
    `inp` Float32 CODEC(ZSTD(1)),
    `cls` Float32 CODEC(ZSTD(1)),
    `fcp` Float32 CODEC(ZSTD(1)),
    `ttfb` Float32 CODEC(ZSTD(1)),
    `browser` LowCardinality(String) CODEC(ZSTD(1)),
    `os` LowCardinality(String) CODEC(ZSTD(1)),
    `device` LowCardinality(String) CODEC(ZSTD(1)),
    `traffic` LowCardinality(String) CODEC(ZSTD(1)),
    `country` LowCardinality(String) CODEC(ZSTD(1)),
    `batch` UInt64 CODEC(Delta(8), ZSTD(1)),
    `full_id_hi` UInt64 ALIAS id_hi + ((id_lag != 0) * bitShiftLeft(toUInt64((toUnixTimestamp64Milli(timestamp) + id_lag) - 60001), 16))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, timestamp)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 8192;

CREATE TABLE IF NOT EXISTS events
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `timestamp` DateTime64(3, 'UTC') CODEC(T64),
    `id_hi` UInt64 CODEC(Delta(8), T64, ZSTD(1)),
    `id_lag` UInt32 CODEC(T64, ZSTD(1)),
    `id_lo` UInt64 CODEC(Delta(8), T64, ZSTD(1)),
    `visitor` UInt64 CODEC(ZSTD(1)),
    `session` UInt64 CODEC(ZSTD(1)),
    `visitor_id` String CODEC(ZSTD(1)),
    `session_id` String CODEC(ZSTD(1)),
    `session_given` UInt8 CODEC(ZSTD(1)),
    `own_id` UInt8 CODEC(ZSTD(1)),
    `event_type` Enum8('pageview' = 1, 'custom' = 2) CODEC(ZSTD(1)),
    `passive` UInt8 CODEC(ZSTD(1)),
    `name` LowCardinality(String) CODEC(ZSTD(1)),
    `category` LowCardinality(String) CODEC(ZSTD(1)),
    `priority` LowCardinality(String) CODEC(ZSTD(1)),
    `hostname` LowCardinality(String) CODEC(ZSTD(1)),
    `path` LowCardinality(String) CODEC(ZSTD(1)),
    `url_base` LowCardinality(String) CODEC(ZSTD(1)),
    `url_rest` String CODEC(ZSTD(1)),
    `url` String ALIAS if(url_base = '', url_rest, concat(url_base, path, url_rest)),
    `title` LowCardinality(String) CODEC(ZSTD(1)),
    `referrer` LowCardinality(String) CODEC(ZSTD(1)),
    `source` LowCardinality(String) CODEC(ZSTD(1)),
    `channel` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_source` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_medium` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_campaign` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_content` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_term` LowCardinality(String) CODEC(ZSTD(1)),
    `browser` LowCardinality(String) CODEC(ZSTD(1)),
    `browser_version` LowCardinality(String) CODEC(ZSTD(1)),
    `os` LowCardinality(String) CODEC(ZSTD(1)),
    `os_version` LowCardinality(String) CODEC(ZSTD(1)),
    `device` LowCardinality(String) CODEC(ZSTD(1)),
    `traffic` LowCardinality(String) CODEC(ZSTD(1)),
    `country` LowCardinality(String) CODEC(ZSTD(1)),
    `region` LowCardinality(String) CODEC(ZSTD(1)),
    `city` LowCardinality(String) CODEC(ZSTD(1)),
    `latitude` Float32 DEFAULT nan COMMENT 'degrees north, from a city database; NaN: unknown' CODEC(ZSTD(3)),
    `longitude` Float32 DEFAULT nan COMMENT 'degrees east, from a city database; NaN: unknown' CODEC(ZSTD(3)),
    `language` LowCardinality(String) CODEC(ZSTD(1)),
    `timezone` LowCardinality(String) CODEC(ZSTD(1)),
    `screen` LowCardinality(String) CODEC(ZSTD(1)),
    `revenue` Decimal(18, 4) CODEC(ZSTD(1)),
    `currency` LowCardinality(String) CODEC(ZSTD(1)),
    `properties` String CODEC(ZSTD(1)),
    `batch` UInt64 CODEC(Delta(8), ZSTD(1)),
    `full_id_hi` UInt64 ALIAS id_hi + ((id_lag != 0) * bitShiftLeft(toUInt64((toUnixTimestamp64Milli(timestamp) + id_lag) - 60001), 16)),
    INDEX visitor_key visitor TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, timestamp)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, enable_block_number_column = 1, enable_block_offset_column = 1, index_granularity = 8192;

CREATE TABLE IF NOT EXISTS longest_sessions
(
    `project_id` UInt32,
    `days` UInt32
)
ENGINE = ReplacingMergeTree(days)
ORDER BY project_id
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 8192;

CREATE TABLE IF NOT EXISTS proxy_logs
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `timestamp` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    `domain` LowCardinality(String) CODEC(ZSTD(1)),
    `worker` LowCardinality(String) CODEC(ZSTD(1)),
    `protocol` LowCardinality(String) CODEC(ZSTD(1)),
    `user_id` UInt64 CODEC(ZSTD(1)),
    `order_id` UInt64 CODEC(ZSTD(1)),
    `port` UInt16 CODEC(ZSTD(1)),
    `error` LowCardinality(String) CODEC(ZSTD(1)),
    `peer_id` String CODEC(ZSTD(1)),
    `ip_from` String CODEC(ZSTD(1)),
    `ip_out` String CODEC(ZSTD(1)),
    `writer` UInt64 CODEC(ZSTD(1)),
    `count` SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    `bytes_sent` SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    `bytes_received` SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    `error_count` SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    `duration_ms` SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    `max_concurrency` SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
    `batch` SimpleAggregateFunction(max, UInt64) CODEC(Delta(8), ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(timestamp)
PRIMARY KEY (project_id, timestamp)
ORDER BY (project_id, timestamp, domain, worker, protocol, user_id, order_id, port, error, peer_id, ip_from, ip_out, writer)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 8192;

CREATE TABLE IF NOT EXISTS recent_rollups
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `rollup` LowCardinality(String) CODEC(ZSTD(1)),
    `grain` Enum8('15min' = 1, 'hour' = 2, 'day' = 3, 'week' = 4, 'month' = 5) CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    `label` String CODEC(ZSTD(1)),
    `label_2` String CODEC(ZSTD(1)),
    `version` UInt64 CODEC(Delta(8), ZSTD(1)),
    `counted` UInt8 CODEC(ZSTD(1)),
    `hits` UInt64 CODEC(T64, ZSTD(1)),
    `sessions` UInt64 CODEC(T64, ZSTD(1)),
    `bytes` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMMDD(bucket)
ORDER BY (project_id, rollup, grain, bucket, label, label_2)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 8192;

CREATE TABLE IF NOT EXISTS requests
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `timestamp` DateTime64(3, 'UTC') CODEC(T64),
    `id_hi` UInt64 CODEC(Delta(8), T64, ZSTD(1)),
    `id_lag` UInt32 CODEC(T64, ZSTD(1)),
    `id_lo` UInt64 CODEC(Delta(8), T64, ZSTD(1)),
    `visitor` UInt64 CODEC(ZSTD(1)),
    `session` UInt64 CODEC(ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `method` LowCardinality(String) CODEC(ZSTD(1)),
    `endpoint` LowCardinality(String) CODEC(ZSTD(1)),
    `host` LowCardinality(String) CODEC(ZSTD(1)),
    `status` UInt16 CODEC(ZSTD(1)),
    `bytes` UInt64 CODEC(T64, ZSTD(1)),
    `duration_us` UInt64 CODEC(T64, ZSTD(1)),
    `protocol` LowCardinality(String) CODEC(ZSTD(1)),
    `ip_address` String CODEC(ZSTD(1)),
    `user_agent` LowCardinality(String) CODEC(ZSTD(1)),
    `referer` LowCardinality(String) CODEC(ZSTD(1)),
    `browser` LowCardinality(String) CODEC(ZSTD(1)),
    `browser_version` LowCardinality(String) CODEC(ZSTD(1)),
    `os` LowCardinality(String) CODEC(ZSTD(1)),
    `os_version` LowCardinality(String) CODEC(ZSTD(1)),
    `device` LowCardinality(String) CODEC(ZSTD(1)),
    `traffic` LowCardinality(String) CODEC(ZSTD(1)),
    `country` LowCardinality(String) CODEC(ZSTD(1)),
    `region` LowCardinality(String) CODEC(ZSTD(1)),
    `city` LowCardinality(String) CODEC(ZSTD(1)),
    `provider` LowCardinality(String) CODEC(ZSTD(1)),
    `batch` UInt64 CODEC(Delta(8), ZSTD(1)),
    `full_id_hi` UInt64 ALIAS id_hi + ((id_lag != 0) * bitShiftLeft(toUInt64((toUnixTimestamp64Milli(timestamp) + id_lag) - 60001), 16))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, timestamp)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, enable_block_number_column = 1, enable_block_offset_column = 1, index_granularity = 8192;

CREATE TABLE IF NOT EXISTS rolled_up
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `source` LowCardinality(String) CODEC(ZSTD(1)),
    `grain` Enum8('15min' = 1, 'hour' = 2, 'day' = 3, 'week' = 4, 'month' = 5) CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    `until` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    `zone` LowCardinality(String) COMMENT 'by whose clocks the cell was cut' CODEC(ZSTD(1)),
    `rollups` Array(LowCardinality(String)) CODEC(ZSTD(1)),
    `stamp` UInt64 CODEC(Delta(8), ZSTD(1)),
    `version` UInt64 CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYear(bucket)
ORDER BY (project_id, source, grain, bucket)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;

CREATE TABLE IF NOT EXISTS rollups
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `rollup` LowCardinality(String) CODEC(ZSTD(1)),
    `grain` Enum8('15min' = 1, 'hour' = 2, 'day' = 3, 'week' = 4, 'month' = 5) CODEC(ZSTD(1)),
    `bucket` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    `label` String CODEC(ZSTD(1)),
    `label_2` String CODEC(ZSTD(1)),
    `version` UInt64 CODEC(Delta(8), ZSTD(1)),
    `counted` UInt8 COMMENT 'whether visitors were counted: of the labels with most rows only' CODEC(ZSTD(1)),
    `events` UInt64 CODEC(T64, ZSTD(1)),
    `pageviews` UInt64 CODEC(T64, ZSTD(1)),
    `visitors` AggregateFunction(uniqCombined64(17), UInt64) CODEC(ZSTD(3)),
    `sessions` UInt64 COMMENT 'that begin in the cell' CODEC(T64, ZSTD(1)),
    `bounces` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms` UInt64 CODEC(T64, ZSTD(1)),
    `reaching` UInt64 COMMENT 'sessions that began before the cell and reach into it' CODEC(T64, ZSTD(1)),
    `reaching_bounces` UInt64 CODEC(T64, ZSTD(1)),
    `reaching_duration_ms` UInt64 CODEC(T64, ZSTD(1)),
    `hits` UInt64 CODEC(T64, ZSTD(1)),
    `first` Int64 CODEC(T64, ZSTD(1)),
    `last` Int64 CODEC(T64, ZSTD(1)),
    `answered` UInt64 CODEC(T64, ZSTD(1)),
    `failed` UInt64 CODEC(T64, ZSTD(1)),
    `status_classes` Array(UInt64) CODEC(ZSTD(1)),
    `bytes` UInt64 CODEC(T64, ZSTD(1)),
    `durations` AggregateFunction(quantilesBFloat16(0.5, 0.95, 0.99), UInt64) CODEC(ZSTD(1)),
    `endpoints` AggregateFunction(uniqExact, String) CODEC(ZSTD(1)),
    `endpoint_methods` AggregateFunction(uniqExact, String, String) CODEC(ZSTD(1)),
    `total_count` UInt128 CODEC(ZSTD(1)),
    `total_errors` UInt128 CODEC(ZSTD(1)),
    `total_bytes_sent` UInt128 CODEC(ZSTD(1)),
    `total_bytes_received` UInt128 CODEC(ZSTD(1)),
    `bytes_total` UInt128 CODEC(ZSTD(1)),
    `max_concurrency` UInt64 CODEC(T64, ZSTD(1)),
    `domains` AggregateFunction(uniqExact, String) CODEC(ZSTD(1)),
    `earned` Decimal(38, 4) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(bucket)
PRIMARY KEY (project_id, rollup, grain, bucket, label)
ORDER BY (project_id, rollup, grain, bucket, label, label_2)
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 64, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;

CREATE TABLE IF NOT EXISTS sessions
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `source_table` Enum8('events' = 1, 'requests' = 2) CODEC(ZSTD(1)),
    `start` DateTime64(3, 'UTC') CODEC(T64),
    `end` DateTime64(3, 'UTC') CODEC(T64),
    `visitor` UInt64 CODEC(ZSTD(1)),
    `session` UInt64 CODEC(ZSTD(1)),
    `sign` Int8 CODEC(ZSTD(1)),
    `version` UInt64 CODEC(Delta(8), ZSTD(1)),
    `session_id` String CODEC(ZSTD(1)),
    `joined` UInt8 CODEC(ZSTD(1)),
    `own_ids` UInt8 CODEC(ZSTD(1)),
    `events` UInt32 CODEC(T64, ZSTD(1)),
    `pageviews` UInt32 CODEC(T64, ZSTD(1)),
    `passive_events` UInt32 CODEC(T64, ZSTD(1)),
    `entry_lag` UInt64 CODEC(T64, ZSTD(1)),
    `exit_lag` UInt64 CODEC(T64, ZSTD(1)),
    `entry_page` LowCardinality(String) CODEC(ZSTD(1)),
    `exit_page` LowCardinality(String) CODEC(ZSTD(1)),
    `hostname` LowCardinality(String) CODEC(ZSTD(1)),
    `referrer` LowCardinality(String) CODEC(ZSTD(1)),
    `source` LowCardinality(String) CODEC(ZSTD(1)),
    `channel` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_source` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_medium` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_campaign` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_content` LowCardinality(String) CODEC(ZSTD(1)),
    `utm_term` LowCardinality(String) CODEC(ZSTD(1)),
    `browser` LowCardinality(String) CODEC(ZSTD(1)),
    `os` LowCardinality(String) CODEC(ZSTD(1)),
    `device` LowCardinality(String) CODEC(ZSTD(1)),
    `traffic` LowCardinality(String) CODEC(ZSTD(1)),
    `country` LowCardinality(String) CODEC(ZSTD(1)),
    `region` LowCardinality(String) CODEC(ZSTD(1)),
    `city` LowCardinality(String) CODEC(ZSTD(1)),
    `language` LowCardinality(String) CODEC(ZSTD(1)),
    `timezone` LowCardinality(String) CODEC(ZSTD(1)),
    `screen` LowCardinality(String) CODEC(ZSTD(1)),
    `varies` UInt16 DEFAULT 65535 CODEC(T64, ZSTD(1)),
    `variants` String CODEC(ZSTD(1)),
    `flow` Array(LowCardinality(String)) CODEC(ZSTD(1)),
    `earned` String DEFAULT '?' CODEC(ZSTD(1)),
    INDEX session_end end TYPE minmax GRANULARITY 1,
    INDEX session_key session TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX session_sign sign TYPE minmax GRANULARITY 1,
    INDEX session_varies varies TYPE set(100) GRANULARITY 1
)
ENGINE = VersionedCollapsingMergeTree(sign, version)
PARTITION BY toYYYYMM(start)
ORDER BY (project_id, source_table, start, visitor, session)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 8192;

CREATE TABLE IF NOT EXISTS touched
(
    `project_id` UInt32 CODEC(ZSTD(1)),
    `source` LowCardinality(String) CODEC(ZSTD(1)),
    `hour` DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    `stamp` UInt64 CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(stamp)
PARTITION BY toYear(hour)
ORDER BY (project_id, source, hour)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 8192;
