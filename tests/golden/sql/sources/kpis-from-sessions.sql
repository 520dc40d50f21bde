SELECT uniqCombined64Merge(17)(c0) AS c0, sum(c1) AS c1, sum(c2) AS c2, sum(c3) AS c3, sum(c4) AS c4
FROM (SELECT uniqCombined64State(17)(visitor) AS c0, toInt64(sum(pageviews)) AS c1, toInt64(count()) AS c2, toInt64(countIf((pageviews = 1
AND events = 1 + passive_events))) AS c3, toInt64(sum(dateDiff('millisecond', start, end))) AS c4
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND bitAnd(varies, 16387) = 0
AND start >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND session NOT IN {p5:Array(UInt64)}
HAVING count() > 0
UNION ALL SELECT uniqCombined64State(17)(visitor) AS c0, toInt64(sum(pageviews_left)) AS c1, toInt64(sum(sessions_left)) AS c2, toInt64(sum(bounces_left)) AS c3, toInt64(sum(duration_ms_left)) AS c4
FROM (SELECT visitor, sum(sign * viewed) AS pageviews_left, sum(sign) AS sessions_left, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS bounces_left, sum(sign * dateDiff('millisecond', start, end)) AS duration_ms_left
FROM (SELECT *
FROM sessions
WHERE project_id = {p13:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND session IN {p6:Array(UInt64)}) AS sessions JOIN (SELECT session AS matched, countIf(event_type = 'pageview') AS viewed
FROM events
WHERE session IN {p6:Array(UInt64)}
AND project_id = {p7:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p11:Int64}, 'UTC'))
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p12:String})
GROUP BY matched) AS matching ON session = matched
GROUP BY visitor
HAVING sum(sign) > 0)
HAVING count() > 0)
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = [9]
-- p6 = [8, 9]
-- p7 = 7
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 1780012800000
-- p11 = 1780016400000
-- p12 = 'RO'
-- p13 = 7
-- p14 = 1780000000000
-- p15 = 1780086400000
