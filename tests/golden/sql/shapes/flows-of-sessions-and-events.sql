SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT steps, visitor
FROM (SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p19:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p20:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p23:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p24:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND (traffic = {p26:String}))
AND pageviews > 0
AND session NOT IN {p27:Array(UInt64)})
UNION ALL SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT steps, person AS visitor
FROM (SELECT any(visitor) AS person, arrayMap(step -> toLowCardinality(step), arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArrayIf(toUnixTimestamp64Milli(timestamp), (event_type = {p28:String})), groupArrayIf(full_id_hi, (event_type = {p28:String})), groupArrayIf(id_lo, (event_type = {p28:String})), groupArrayIf(toString(path), (event_type = {p28:String})))), 1, {p29:UInt64}))) AS steps
FROM events
WHERE project_id = {p30:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p31:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p32:Int64}, 'UTC')
AND session IN {p33:Array(UInt64)}
GROUP BY session
HAVING countIf(project_id = {p34:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p35:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p36:Int64}, 'UTC')) > 0
AND countIf((event_type = {p28:String})) > 0)))
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
AND pageviews > 0
AND session NOT IN {p8:Array(UInt64)})
UNION ALL SELECT cityHash64(steps) AS hash
FROM (SELECT steps, person AS visitor
FROM (SELECT any(visitor) AS person, arrayMap(step -> toLowCardinality(step), arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArrayIf(toUnixTimestamp64Milli(timestamp), (event_type = {p9:String})), groupArrayIf(full_id_hi, (event_type = {p9:String})), groupArrayIf(id_lo, (event_type = {p9:String})), groupArrayIf(toString(path), (event_type = {p9:String})))), 1, {p10:UInt64}))) AS steps
FROM events
WHERE project_id = {p11:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND session IN {p14:Array(UInt64)}
GROUP BY session
HAVING countIf(project_id = {p15:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')) > 0
AND countIf((event_type = {p9:String})) > 0)))
GROUP BY hash
ORDER BY count() DESC
LIMIT {p18:UInt64} WITH TIES))
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p37:UInt64} SETTINGS max_bytes_before_external_group_by = 200000000
-- p0 = 3
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'human'
-- p8 = [5, 6]
-- p9 = 'pageview'
-- p10 = 3
-- p11 = 7
-- p12 = 1780012800000
-- p13 = 1780016400000
-- p14 = [5, 6]
-- p15 = 7
-- p16 = 1780000000000
-- p17 = 1780086400000
-- p18 = 20
-- p19 = 3
-- p20 = 7
-- p21 = 1780000000000
-- p22 = 1780086400000
-- p23 = 7
-- p24 = 1780000000000
-- p25 = 1780086400000
-- p26 = 'human'
-- p27 = [5, 6]
-- p28 = 'pageview'
-- p29 = 3
-- p30 = 7
-- p31 = 1780012800000
-- p32 = 1780016400000
-- p33 = [5, 6]
-- p34 = 7
-- p35 = 1780000000000
-- p36 = 1780086400000
-- p37 = 20
