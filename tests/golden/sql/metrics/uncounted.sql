SELECT 0 AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000

SELECT 0 AS c0
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
