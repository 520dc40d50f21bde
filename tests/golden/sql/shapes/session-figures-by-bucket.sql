SELECT matched.c0 AS f0, uniqCombined64(17)(visitor) AS f1, sum(sign * matched.c2) AS f2, sum(sign) AS f3, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS f4, sum(sign * dateDiff('millisecond', start, end)) AS f5
FROM sessions JOIN (SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p0:Array(Int64)}) AS c0, session AS c1, countIf(event_type = 'pageview') AS c2
FROM events
WHERE project_id = {p1:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (path LIKE {p4:String})
AND (traffic = {p5:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p6:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p9:String})
GROUP BY c0
HAVING sum(sign) > 0)
GROUP BY c0, c1) AS matched ON session = matched.c1
WHERE project_id = {p10:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
GROUP BY f0
ORDER BY f0
-- p0 = [1779926400000, 1780012800000]
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = '/blog/%'
-- p5 = 'human'
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 'search'
-- p10 = 7
-- p11 = 1780000000000
-- p12 = 1780086400000
