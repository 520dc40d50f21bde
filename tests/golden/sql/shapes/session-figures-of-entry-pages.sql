SELECT entry_page AS f0, sum(sign * matched.c1) AS f1, sum(sign) AS f2, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS f3, sum(sign * dateDiff('millisecond', start, end)) AS f4
FROM sessions JOIN (SELECT session AS c0, countIf(event_type = 'pageview') AS c1
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
GROUP BY c0) AS matched ON session = matched.c0
WHERE project_id = {p4:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (if(pageviews > 0, 'yes', 'no') = {p7:String})
AND entry_page IN {p8:Array(String)}
GROUP BY f0
HAVING sum(sign) > 0
ORDER BY f0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'yes'
-- p8 = ['/']
