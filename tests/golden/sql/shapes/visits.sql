SELECT sum(sign) AS c0, sum(sign * (pageviews = 1
AND events = 1)) AS c1, sum(sign * dateDiff('millisecond', start, end)) AS c2
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p3:String})
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p4:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (path LIKE {p7:String})
AND (traffic = {p8:String}))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'search'
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = '/blog/%'
-- p8 = 'human'
