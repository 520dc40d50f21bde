-- How long sessions of events last: queries need not look at those that began longer than that before their period. Rows are
-- written before the sessions are; a project without one has no session of more than a day.

CREATE TABLE IF NOT EXISTS longest_sessions
(
    project_id UInt32,
    days       UInt32
)
ENGINE = ReplacingMergeTree(days)
ORDER BY project_id
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1;

-- Of equal rows one is left, so this may run twice.
INSERT INTO longest_sessions
SELECT project_id, max(intDiv(dateDiff('millisecond', start, end), 86400000) + 1) AS longest FROM sessions
WHERE source_table = 'events' GROUP BY project_id HAVING longest > 1;
