SELECT entry_page AS f0, paid.c1 AS f1, sum(sign * paid.c2) AS f2
FROM sessions JOIN (SELECT session AS c0, currency AS c1, sum(revenue) AS c2
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p3:String})
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
AND revenue != 0
GROUP BY c0, c1) AS paid ON session = paid.c0
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND (if(pageviews > 0, 'yes', 'no') = {p12:String})
AND entry_page IN {p13:Array(String)}
GROUP BY f0, f1
HAVING sum(sign) > 0
ORDER BY f0, f1
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'RO'
-- p4 = 'human'
-- p5 = 7
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 'search'
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 'yes'
-- p13 = ['/', '/pricing']
