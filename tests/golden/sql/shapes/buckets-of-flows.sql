SELECT toUInt16(hash) AS c0, count() AS c1
FROM (SELECT cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p0:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (traffic = {p4:String})
AND pageviews > 0))
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p5:UInt64}
-- p0 = 3
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 'human'
-- p5 = 105
