SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64Merge(17)(c2) AS c2, sum(c3) AS c3
FROM (SELECT roundDown(toInt64(toUnixTimestamp(bucket)) * 1000, {p6:Array(Int64)}) AS c0, toInt64(pageviews) AS c1, visitors AS c2, toInt64(0) AS c3
FROM rollups
WHERE project_id = {p3:UInt64}
AND rollup = {p4:String}
AND grain IN {p5:Array(String)}
AND bucket IN arrayMap(start -> toDateTime(intDiv(start, 1000), 'UTC'), {p0:Array(Int64)})
AND (toString(grain), toInt64(toUnixTimestamp(bucket)) * 1000, version) IN arrayZip({p1:Array(String)}, {p0:Array(Int64)}, {p2:Array(UInt64)})
UNION ALL SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p12:Array(Int64)}) AS c0, toInt64(countIf(event_type = 'pageview')) AS c1, uniqCombined64State(17)(visitor) AS c2, toInt64(0) AS c3
FROM events
WHERE project_id = {p7:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p11:Int64}, 'UTC'))
GROUP BY c0
UNION ALL SELECT roundDown(toInt64(toUnixTimestamp(bucket)) * 1000, {p20:Array(Int64)}) AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(sessions + if(toInt64(toUnixTimestamp(bucket)) * 1000 IN {p19:Array(Int64)}, reaching, 0)) AS c3
FROM rollups
WHERE project_id = {p16:UInt64}
AND rollup = {p17:String}
AND grain IN {p18:Array(String)}
AND bucket IN arrayMap(start -> toDateTime(intDiv(start, 1000), 'UTC'), {p13:Array(Int64)})
AND (toString(grain), toInt64(toUnixTimestamp(bucket)) * 1000, version) IN arrayZip({p14:Array(String)}, {p13:Array(Int64)}, {p15:Array(UInt64)})
UNION ALL SELECT roundDown(toUnixTimestamp64Milli(start), {p28:Array(Int64)}) AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(sum(sign)) AS c3
FROM sessions
WHERE project_id = {p23:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p24:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND (end >= fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p27:Int64}, 'UTC'))
AND NOT bitAnd(varies, 32767) != 0
AND ((start >= fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p22:Int64}, 'UTC')))
GROUP BY c0
UNION ALL SELECT roundDown(edge, {p35:Array(Int64)}) AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(sum(sign)) AS c3
FROM (SELECT *, arrayJoin(arrayFilter(edge -> toUnixTimestamp64Milli(start) < edge
AND toUnixTimestamp64Milli(end) >= edge, {p29:Array(Int64)})) AS edge
FROM sessions
WHERE project_id = {p30:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p31:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p32:Int64}, 'UTC')
AND NOT bitAnd(varies, 32767) != 0
AND notEmpty(arrayFilter(edge -> toUnixTimestamp64Milli(start) < edge
AND toUnixTimestamp64Milli(end) >= edge, {p29:Array(Int64)}))
AND end >= fromUnixTimestamp64Milli({p33:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p34:Int64}, 'UTC'))
GROUP BY c0
UNION ALL SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p44:Array(Int64)}) AS c0, toInt64(0) AS c1, arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()) AS c2, toInt64(uniqExact(session)) AS c3
FROM events
WHERE project_id = {p36:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p37:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p38:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p39:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p40:Int64}, 'UTC'))
AND session IN (SELECT session
FROM (SELECT session, 0 AS superseded
FROM sessions
WHERE project_id = {p41:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p42:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p43:Int64}, 'UTC')
AND bitAnd(varies, 32767) != 0
GROUP BY session
HAVING sum(sign) > 0))
GROUP BY c0)
GROUP BY c0
ORDER BY c0
-- p0 = [1779926400000, 1777593600000]
-- p1 = ['day', 'month']
-- p2 = [70, 71]
-- p3 = 7
-- p4 = 'events'
-- p5 = ['day', 'month']
-- p6 = [1779926400000, 1780012800000]
-- p7 = 7
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 1780012800000
-- p11 = 1780016400000
-- p12 = [1779926400000, 1780012800000]
-- p13 = [1779926400000, 1777593600000]
-- p14 = ['day', 'month']
-- p15 = [70, 71]
-- p16 = 7
-- p17 = 'sessions'
-- p18 = ['day', 'month']
-- p19 = [1780012800000]
-- p20 = [1779926400000, 1780012800000]
-- p21 = 1780012800000
-- p22 = 1780016400000
-- p23 = 7
-- p24 = 1780000000000
-- p25 = 1780086400000
-- p26 = 1780012800000
-- p27 = 1780016400000
-- p28 = [1779926400000, 1780012800000]
-- p29 = [1780000000000]
-- p30 = 7
-- p31 = 1780000000000
-- p32 = 1780086400000
-- p33 = 1780000000000
-- p34 = 1780000000000
-- p35 = [1779926400000, 1780012800000]
-- p36 = 7
-- p37 = 1780000000000
-- p38 = 1780086400000
-- p39 = 1780012800000
-- p40 = 1780016400000
-- p41 = 7
-- p42 = 1780000000000
-- p43 = 1780086400000
-- p44 = [1779926400000, 1780012800000]
