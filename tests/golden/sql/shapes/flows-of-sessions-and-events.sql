SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT steps, visitor
FROM (SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p16:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p17:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
AND (traffic = {p20:String})
AND pageviews > 0
AND session NOT IN {p21:Array(UInt64)})
UNION ALL SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT steps, person AS visitor
FROM (SELECT any(visitor) AS person, arrayMap(step -> toLowCardinality(step), arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArrayIf(toUnixTimestamp64Milli(timestamp), (event_type = {p22:String})), groupArrayIf(full_id_hi, (event_type = {p22:String})), groupArrayIf(id_lo, (event_type = {p22:String})), groupArrayIf(toString(path), (event_type = {p22:String})))), 1, {p23:UInt64}))) AS steps
FROM events
WHERE project_id = {p24:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND session IN {p27:Array(UInt64)}
GROUP BY session
HAVING countIf(project_id = {p28:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p29:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p30:Int64}, 'UTC')) > 0
AND countIf((event_type = {p22:String})) > 0)))
WHERE hash IN (SELECT hash
FROM (SELECT cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p0:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (traffic = {p4:String})
AND pageviews > 0
AND session NOT IN {p5:Array(UInt64)})
UNION ALL SELECT cityHash64(steps) AS hash
FROM (SELECT steps, person AS visitor
FROM (SELECT any(visitor) AS person, arrayMap(step -> toLowCardinality(step), arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArrayIf(toUnixTimestamp64Milli(timestamp), (event_type = {p6:String})), groupArrayIf(full_id_hi, (event_type = {p6:String})), groupArrayIf(id_lo, (event_type = {p6:String})), groupArrayIf(toString(path), (event_type = {p6:String})))), 1, {p7:UInt64}))) AS steps
FROM events
WHERE project_id = {p8:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND session IN {p11:Array(UInt64)}
GROUP BY session
HAVING countIf(project_id = {p12:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p14:Int64}, 'UTC')) > 0
AND countIf((event_type = {p6:String})) > 0)))
GROUP BY hash
ORDER BY count() DESC
LIMIT {p15:UInt64} WITH TIES))
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p31:UInt64} SETTINGS max_bytes_before_external_group_by = 200000000
-- p0 = 3
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 'human'
-- p5 = [5, 6]
-- p6 = 'pageview'
-- p7 = 3
-- p8 = 7
-- p9 = 1780012800000
-- p10 = 1780016400000
-- p11 = [5, 6]
-- p12 = 7
-- p13 = 1780000000000
-- p14 = 1780086400000
-- p15 = 20
-- p16 = 3
-- p17 = 7
-- p18 = 1780000000000
-- p19 = 1780086400000
-- p20 = 'human'
-- p21 = [5, 6]
-- p22 = 'pageview'
-- p23 = 3
-- p24 = 7
-- p25 = 1780012800000
-- p26 = 1780016400000
-- p27 = [5, 6]
-- p28 = 7
-- p29 = 1780000000000
-- p30 = 1780086400000
-- p31 = 20
