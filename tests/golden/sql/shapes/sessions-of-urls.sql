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
AND ((replaceRegexpOne(source, '^$', 'direct') = {p7:String})
OR (referrer LIKE {p8:String}))
GROUP BY c0
HAVING sum(sign) > 0)
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'news.example'
-- p8 = 'https://news.example/%'
