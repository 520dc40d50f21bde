SELECT count() AS c0, 0 AS c1
FROM events
WHERE project_id = {p0:UInt64}
AND (timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC'))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
