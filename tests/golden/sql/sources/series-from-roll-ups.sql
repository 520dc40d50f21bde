SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64Merge(17)(c2) AS c2, sum(c3) AS c3
FROM (SELECT roundDown(toInt64(toUnixTimestamp(bucket)) * 1000, {p7:Array(Int64)}) AS c0, toInt64(pageviews) AS c1, visitors AS c2, toInt64(sessions + if(toInt64(toUnixTimestamp(bucket)) * 1000 IN {p6:Array(Int64)}, reaching, 0)) AS c3
FROM rollups
WHERE project_id = {p3:UInt64}
AND rollup IN {p4:Array(String)}
AND grain IN {p5:Array(String)}
AND bucket IN arrayMap(start -> toDateTime(intDiv(start, 1000), 'UTC'), {p0:Array(Int64)})
AND (toString(grain), toInt64(toUnixTimestamp(bucket)) * 1000, version) IN arrayZip({p1:Array(String)}, {p0:Array(Int64)}, {p2:Array(UInt64)})
UNION ALL SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p13:Array(Int64)}) AS c0, toInt64(countIf(event_type = 'pageview')) AS c1, uniqCombined64State(17)(visitor) AS c2, toInt64(0) AS c3
FROM events
WHERE project_id = {p8:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC'))
GROUP BY c0
UNION ALL SELECT roundDown(at, {p22:Array(Int64)}) AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(sum(sign)) AS c3
FROM (SELECT *, arrayJoin(arrayConcat(arrayFilter(edge -> toUnixTimestamp64Milli(start) < edge
AND toUnixTimestamp64Milli(end) >= edge, {p21:Array(Int64)}), if((start >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')), [toUnixTimestamp64Milli(start)], []))) AS at
FROM sessions
WHERE project_id = {p18:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p20:Int64}, 'UTC')
AND NOT bitAnd(varies, 16385) != 0)
GROUP BY c0
UNION ALL SELECT at AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(sum(sign)) AS c3
FROM (SELECT *
FROM sessions
WHERE project_id = {p32:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p33:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p34:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p24:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND bitAnd(varies, 16385) != 0
GROUP BY session, start, end
HAVING sum(sign) > 0)) AS sessions JOIN (SELECT DISTINCT session AS matched, roundDown(toUnixTimestamp64Milli(timestamp), {p23:Array(Int64)}) AS at
FROM events
WHERE session IN (SELECT session
FROM sessions
WHERE project_id = {p24:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND bitAnd(varies, 16385) != 0
GROUP BY session, start, end
HAVING sum(sign) > 0)
AND project_id = {p27:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p29:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p30:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p31:Int64}, 'UTC'))) AS matching ON session = matched
GROUP BY c0)
GROUP BY c0
ORDER BY c0
-- p0 = [1779926400000, 1777593600000]
-- p1 = ['day', 'month']
-- p2 = [70, 71]
-- p3 = 7
-- p4 = ['events', 'sessions']
-- p5 = ['day', 'month']
-- p6 = [1780012800000]
-- p7 = [1779926400000, 1780012800000]
-- p8 = 7
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = 1780012800000
-- p12 = 1780016400000
-- p13 = [1779926400000, 1780012800000]
-- p14 = 1780012800000
-- p15 = 1780016400000
-- p16 = 1780000000000
-- p17 = 1780000000000
-- p18 = 7
-- p19 = 1780000000000
-- p20 = 1780086400000
-- p21 = [1780000000000]
-- p22 = [1779926400000, 1780012800000]
-- p23 = [1779926400000, 1780012800000]
-- p24 = 7
-- p25 = 1780000000000
-- p26 = 1780086400000
-- p27 = 7
-- p28 = 1780000000000
-- p29 = 1780086400000
-- p30 = 1780012800000
-- p31 = 1780016400000
-- p32 = 7
-- p33 = 1780000000000
-- p34 = 1780086400000
