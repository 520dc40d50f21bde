SELECT session AS c0, path AS c1, url AS c2, event_type AS c3, if(event_type = 'custom', name, '') AS c4, toUnixTimestamp64Milli(timestamp) AS c5
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND session IN {p3:Array(UInt64)}
ORDER BY timestamp, full_id_hi, id_lo
LIMIT {p4:UInt64} BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = [8, 9]
-- p4 = 1000
