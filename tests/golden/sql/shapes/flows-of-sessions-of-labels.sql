SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT steps, visitor
FROM (SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT arraySlice(flow, 1, {p1:UInt64}) AS steps, visitor
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p5:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND (traffic = {p8:String}))
AND pageviews > 0
AND session NOT IN (SELECT session
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND (bitAnd(varies, 32768) != 0
OR bitAnd(varies, 16384) != 0
AND (start < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p13:Int64}, 'UTC'))
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND sign < 0))))
UNION ALL SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT steps, person AS visitor
FROM (SELECT any(visitor) AS person, arrayMap(step -> toLowCardinality(step), arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArrayIf(toUnixTimestamp64Milli(timestamp), (event_type = {p14:String})), groupArrayIf(full_id_hi, (event_type = {p14:String})), groupArrayIf(id_lo, (event_type = {p14:String})), groupArrayIf(toString(path), (event_type = {p14:String})))), 1, {p15:UInt64}))) AS steps
FROM events
WHERE project_id = {p16:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p19:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p20:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND (bitAnd(varies, 32768) != 0
OR bitAnd(varies, 16384) != 0
AND (start < fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p23:Int64}, 'UTC'))
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p19:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p20:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND sign < 0)))
GROUP BY session
HAVING countIf(project_id = {p24:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p26:Int64}, 'UTC')) > 0
AND countIf((event_type = {p14:String})) > 0)))
WHERE hash IN (SELECT arrayJoin(arrayMap(steps -> cityHash64(steps), {p0:Array(Array(String))}))))
WHERE steps IN {p27:Array(Array(String))}
GROUP BY c0
ORDER BY c1 DESC, c0 SETTINGS max_bytes_before_external_group_by = 200000000
-- p0 = [['/']]
-- p1 = 2
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 7
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 'human'
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 1780000000000
-- p13 = 1780086400000
-- p14 = 'pageview'
-- p15 = 2
-- p16 = 7
-- p17 = 1780000000000
-- p18 = 1780086400000
-- p19 = 7
-- p20 = 1780000000000
-- p21 = 1780086400000
-- p22 = 1780000000000
-- p23 = 1780086400000
-- p24 = 7
-- p25 = 1780000000000
-- p26 = 1780086400000
-- p27 = [['/']]
