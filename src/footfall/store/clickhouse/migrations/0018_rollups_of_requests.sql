-- Cells of requests and proxy logs (docs/adr/0020), beside those of events. `label_2` tells rows of one label apart where a
-- roll-up has two dimensions. Sums of logs may use more than 64 bits.

ALTER TABLE rollups
    ADD COLUMN IF NOT EXISTS label_2 String CODEC(ZSTD(1)) AFTER label,
    MODIFY ORDER BY (project_id, rollup, grain, bucket, label, label_2);

ALTER TABLE rollups
    ADD COLUMN IF NOT EXISTS hits UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS first Int64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS last Int64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS answered UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS failed UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS bytes UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS durations AggregateFunction(quantilesBFloat16(0.5, 0.95, 0.99), UInt64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS endpoints AggregateFunction(uniqExact, String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS endpoint_methods AggregateFunction(uniqExact, String, String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS total_count UInt128 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS total_errors UInt128 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS total_bytes_sent UInt128 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS total_bytes_received UInt128 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS bytes_total UInt128 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS max_concurrency UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS domains AggregateFunction(uniqExact, String) CODEC(ZSTD(1));
