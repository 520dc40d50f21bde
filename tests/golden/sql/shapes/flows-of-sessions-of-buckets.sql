SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT steps, visitor
FROM (SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p1:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (traffic = {p5:String})
AND pageviews > 0))
WHERE toUInt16(hash) IN {p0:Array(UInt64)})
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p6:UInt64} SETTINGS max_bytes_before_external_group_by = 200000000
-- p0 = [7, 9]
-- p1 = 3
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'human'
-- p6 = 20
