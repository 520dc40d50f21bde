SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT steps, visitor
FROM (SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p9:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p10:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p13:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND (traffic = {p16:String}))
AND pageviews > 0))
WHERE hash IN (SELECT hash
FROM (SELECT cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p0:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p4:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (traffic = {p7:String}))
AND pageviews > 0))
GROUP BY hash
ORDER BY count() DESC
LIMIT {p8:UInt64} WITH TIES))
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p17:UInt64} SETTINGS max_bytes_before_external_group_by = 200000000
-- p0 = 3
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'human'
-- p8 = 20
-- p9 = 3
-- p10 = 7
-- p11 = 1780000000000
-- p12 = 1780086400000
-- p13 = 7
-- p14 = 1780000000000
-- p15 = 1780086400000
-- p16 = 'human'
-- p17 = 20
