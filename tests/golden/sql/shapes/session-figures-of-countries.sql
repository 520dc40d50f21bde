SELECT matched.c0 AS f0, uniqCombined64(17)(visitor) AS f1, sum(sign * matched.c2) AS f2, sum(sign) AS f3, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS f4, sum(sign * dateDiff('millisecond', start, end)) AS f5
FROM sessions JOIN (SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, session AS c1, countIf(event_type = 'pageview') AS c2
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
AND replaceRegexpOne(country, '^$', 'unknown') IN {p4:Array(String)}
GROUP BY c0, c1) AS matched ON session = matched.c1
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
GROUP BY f0
ORDER BY f0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = ['RO', 'unknown']
-- p5 = 7
-- p6 = 1780000000000
-- p7 = 1780086400000
