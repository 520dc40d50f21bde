SELECT uniqCombined64(17)(visitor) AS f0, sum(sign * matched.c1) AS f1, sum(sign) AS f2, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS f3, sum(sign * dateDiff('millisecond', start, end)) AS f4
FROM sessions JOIN (SELECT session AS c0, countIf(event_type = 'pageview') AS c1
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (path LIKE {p3:String})
AND (traffic = {p4:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p8:String})
GROUP BY c0
HAVING sum(sign) > 0)
GROUP BY c0) AS matched ON session = matched.c0
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = '/blog/%'
-- p4 = 'human'
-- p5 = 7
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 'search'
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
