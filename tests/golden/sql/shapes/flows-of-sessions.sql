SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT steps, visitor
FROM (SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p6:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p7:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (traffic = {p10:String})
AND pageviews > 0))
WHERE hash IN (SELECT hash
FROM (SELECT cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p0:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (traffic = {p4:String})
AND pageviews > 0))
GROUP BY hash
ORDER BY count() DESC
LIMIT {p5:UInt64} WITH TIES))
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p11:UInt64} SETTINGS max_bytes_before_external_group_by = 200000000
-- p0 = 3
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 'human'
-- p5 = 20
-- p6 = 3
-- p7 = 7
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 'human'
-- p11 = 20
