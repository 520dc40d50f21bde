-- Sessions get the referrer of their first event as it was sent, so that a filter on a whole URL need not read events.
-- Stored sessions are filled from the events through a table in memory, some 150 bytes for each one with a referrer.
-- Cancelled rows get the same value as the rows that they cancel, as every column of a session has.

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS referrer LowCardinality(String) CODEC(ZSTD(1)) AFTER hostname;

DROP TABLE IF EXISTS first_referrers SYNC;

-- Filled where it is created: on a cluster each replica fills its own.
CREATE TABLE IF NOT EXISTS first_referrers
(
    project_id UInt32,
    session    UInt64,
    referrer   LowCardinality(String)
)
ENGINE = Join(ANY, LEFT, project_id, session)
AS SELECT project_id, session, argMin(referrer, (timestamp, id_hi, id_lo)) AS first
FROM events
GROUP BY project_id, session
HAVING first != ''
SETTINGS max_bytes_before_external_group_by = 200000000, min_insert_block_size_rows = 1000000;

ALTER TABLE sessions
UPDATE referrer = joinGet(concat({database:String}, '.first_referrers'), 'referrer', project_id, session)
WHERE source_table = 'events'
SETTINGS allow_nondeterministic_mutations = 1;

DROP TABLE IF EXISTS first_referrers SYNC;
