SELECT count() AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
AND session NOT IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p4:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (replaceRegexpOne(source, '^$', 'direct') = {p7:String})
GROUP BY c0
HAVING sum(sign) > 0
UNION ALL SELECT session AS c0
FROM events
WHERE project_id = {p8:UInt64}
AND timestamp >= (SELECT min(start) AS c0
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC'))
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p13:UInt64}
AND timestamp >= (SELECT min(start) AS c0
FROM sessions
WHERE project_id = {p14:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p16:Int64}, 'UTC'))
AND timestamp < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND (referrer LIKE {p18:String}))
GROUP BY c0
HAVING (argMin(referrer, (timestamp, id_hi, id_lo)) LIKE {p19:String}))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'news.example'
-- p8 = 7
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 1780086400000
-- p13 = 7
-- p14 = 7
-- p15 = 1780000000000
-- p16 = 1780086400000
-- p17 = 1780086400000
-- p18 = 'https://news.example/%'
-- p19 = 'https://news.example/%'
