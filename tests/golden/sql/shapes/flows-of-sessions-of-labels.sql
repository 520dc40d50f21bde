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
AND pageviews > 0
AND session NOT IN (SELECT session
FROM sessions
WHERE project_id = {p6:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND (bitAnd(varies, 32769) != 0
OR bitAnd(varies, 16384) != 0
AND (start < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC'))
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p6:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND sign < 0))))
UNION ALL SELECT steps, visitor, cityHash64(steps) AS hash
FROM (SELECT steps, person AS visitor
FROM (SELECT any(visitor) AS person, arrayMap(step -> toLowCardinality(step), arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArrayIf(toUnixTimestamp64Milli(timestamp), (event_type = {p11:String})), groupArrayIf(full_id_hi, (event_type = {p11:String})), groupArrayIf(id_lo, (event_type = {p11:String})), groupArrayIf(toString(path), (event_type = {p11:String})))), 1, {p12:UInt64}))) AS steps
FROM events
WHERE project_id = {p13:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p16:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND (bitAnd(varies, 32769) != 0
OR bitAnd(varies, 16384) != 0
AND (start < fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p20:Int64}, 'UTC'))
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p16:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND sign < 0)))
GROUP BY session
HAVING countIf(project_id = {p21:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p23:Int64}, 'UTC')) > 0
AND countIf((event_type = {p11:String})) > 0)))
WHERE hash IN (SELECT arrayJoin(arrayMap(steps -> cityHash64(steps), {p0:Array(Array(String))}))))
WHERE steps IN {p24:Array(Array(String))}
GROUP BY c0
ORDER BY c1 DESC, c0 SETTINGS max_bytes_before_external_group_by = 200000000
-- p0 = [['/']]
-- p1 = 2
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'human'
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = 'pageview'
-- p12 = 2
-- p13 = 7
-- p14 = 1780000000000
-- p15 = 1780086400000
-- p16 = 7
-- p17 = 1780000000000
-- p18 = 1780086400000
-- p19 = 1780000000000
-- p20 = 1780086400000
-- p21 = 7
-- p22 = 1780000000000
-- p23 = 1780086400000
-- p24 = [['/']]
