SELECT project_id AS c0, count() AS c1
FROM events
WHERE project_id IN {p0:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
GROUP BY project_id
ORDER BY c0
-- p0 = [7, 8]
-- p1 = 1780000000000
-- p2 = 1780086400000
