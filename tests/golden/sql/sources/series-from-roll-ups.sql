SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64Merge(17)(c2) AS c2, sum(c3) AS c3
FROM (SELECT roundDown(toInt64(toUnixTimestamp(bucket)) * 1000, {p9:Array(Int64)}) AS c0, toInt64(pageviews) AS c1, visitors AS c2, toInt64(sessions + if(toInt64(toUnixTimestamp(bucket)) * 1000 IN {p8:Array(Int64)}, reaching, 0)) AS c3
FROM rollups
WHERE project_id = {p6:UInt64}
AND rollup IN {p7:Array(String)}
AND ((grain = 'day'
AND bucket >= toDateTime({p2:UInt64}, 'UTC')
AND bucket <= toDateTime({p3:UInt64}, 'UTC'))
OR (grain = 'month'
AND bucket >= toDateTime({p4:UInt64}, 'UTC')
AND bucket <= toDateTime({p5:UInt64}, 'UTC')))
AND version = transform(toUInt64(toUnixTimestamp(bucket) + 1 * (grain = 'month') + 2 * (grain = 'week')), {p0:Array(UInt64)}, {p1:Array(UInt64)}, toUInt64(0))
UNION ALL SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p15:Array(Int64)}) AS c0, toInt64(countIf(event_type = 'pageview')) AS c1, uniqCombined64State(17)(visitor) AS c2, toInt64(0) AS c3
FROM events
WHERE project_id = {p10:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p14:Int64}, 'UTC'))
GROUP BY c0
UNION ALL SELECT roundDown(at, {p29:Array(Int64)}) AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(sum(sign)) AS c3
FROM (SELECT *, arrayJoin(arrayConcat(arrayFilter(edge -> toUnixTimestamp64Milli(start) < edge
AND toUnixTimestamp64Milli(end) >= edge, {p28:Array(Int64)}), if((start >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')), [toUnixTimestamp64Milli(start)], []))) AS at
FROM sessions
WHERE project_id = {p25:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND if(bitAnd(varies, 16385) != 0, NOT length(variants) <= 2
AND roundDown(toUnixTimestamp64Milli(start), {p20:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p21:Array(Int64)})
AND start >= fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND arrayExists((traffic) -> (traffic = {p23:String}), JSONExtract(variants, 'Array(Tuple(traffic LowCardinality(String)))').traffic), (traffic = {p24:String}))
AND ((start >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p17:Int64}, 'UTC'))
OR (start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND end >= fromUnixTimestamp64Milli({p19:Int64}, 'UTC'))))
GROUP BY c0
UNION ALL SELECT at AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(sum(sign)) AS c3
FROM (SELECT *
FROM sessions
WHERE project_id = {p39:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p40:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p41:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p31:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p32:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p33:Int64}, 'UTC')
AND bitAnd(varies, 16385) != 0
GROUP BY session, start, end
HAVING sum(sign) > 0)) AS sessions JOIN (SELECT DISTINCT session AS matched, roundDown(toUnixTimestamp64Milli(timestamp), {p30:Array(Int64)}) AS at
FROM events
WHERE session IN (SELECT session
FROM sessions
WHERE project_id = {p31:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p32:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p33:Int64}, 'UTC')
AND bitAnd(varies, 16385) != 0
GROUP BY session, start, end
HAVING sum(sign) > 0)
AND project_id = {p34:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p35:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p36:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p37:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p38:Int64}, 'UTC'))) AS matching ON session = matched
GROUP BY c0)
GROUP BY c0
ORDER BY c0
-- p0 = [1779926400, 1777593601]
-- p1 = [70, 71]
-- p2 = 1779926400
-- p3 = 1779926400
-- p4 = 1777593600
-- p5 = 1777593600
-- p6 = 7
-- p7 = ['events', 'sessions']
-- p8 = [1780012800000]
-- p9 = [1779926400000, 1780012800000]
-- p10 = 7
-- p11 = 1780000000000
-- p12 = 1780086400000
-- p13 = 1780012800000
-- p14 = 1780016400000
-- p15 = [1779926400000, 1780012800000]
-- p16 = 1780012800000
-- p17 = 1780016400000
-- p18 = 1780000000000
-- p19 = 1780000000000
-- p20 = [1779926400000, 1780012800000]
-- p21 = [1779926400000, 1780012800000]
-- p22 = 1779926400000
-- p23 = 'human'
-- p24 = 'human'
-- p25 = 7
-- p26 = 1780000000000
-- p27 = 1780016400000
-- p28 = [1780000000000]
-- p29 = [1779926400000, 1780012800000]
-- p30 = [1779926400000, 1780012800000]
-- p31 = 7
-- p32 = 1780000000000
-- p33 = 1780086400000
-- p34 = 7
-- p35 = 1780000000000
-- p36 = 1780086400000
-- p37 = 1780012800000
-- p38 = 1780016400000
-- p39 = 7
-- p40 = 1780000000000
-- p41 = 1780086400000
