SELECT uniqCombined64Merge(17)(c0) AS c0, sum(c1) AS c1, sum(c2) AS c2, sum(c3) AS c3, sum(c4) AS c4
FROM (SELECT k0 AS c0, uniqCombined64State(17)(visitor) AS c1, toInt64(sum(pageviews_left)) AS c2, toInt64(sum(sessions_left)) AS c3, toInt64(sum(bounces_left)) AS c4, toInt64(sum(duration_ms_left)) AS c5
FROM (SELECT visitor, at AS k0, sum(sign * viewed) AS pageviews_left, sum(sign) AS sessions_left, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS bounces_left, sum(sign * dateDiff('millisecond', start, end)) AS duration_ms_left
FROM (SELECT *
FROM sessions
WHERE project_id = {p11:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND session IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND length(variants) <= 2
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')))) AS sessions JOIN (SELECT session AS matched, roundDown(toUnixTimestamp64Milli(timestamp), {p0:Array(Int64)}) AS at, countIf(event_type = 'pageview') AS viewed
FROM events
WHERE session IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND length(variants) <= 2
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p1:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')))
AND project_id = {p6:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC'))
GROUP BY matched, at) AS matching ON session = matched
GROUP BY visitor, k0
HAVING sum(sign) > 0)
GROUP BY c0)
-- p0 = [1779926400000, 1780012800000]
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 1780012800000
-- p10 = 1780016400000
-- p11 = 7
-- p12 = 1780000000000
-- p13 = 1780086400000
