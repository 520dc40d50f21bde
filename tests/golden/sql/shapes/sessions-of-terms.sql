SELECT count() AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p4:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (utm_source = {p7:String})
AND (replaceRegexpOne(channel, '^$', 'direct') IN ({p8:String}, {p9:String}))
GROUP BY c0
HAVING sum(sign) > 0)
AND session NOT IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p10:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND (entry_page = {p13:String})
GROUP BY c0
HAVING sum(sign) > 0)
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'mail'
-- p8 = 'search'
-- p9 = 'ai'
-- p10 = 7
-- p11 = 1780000000000
-- p12 = 1780086400000
-- p13 = '/'
