SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64Merge(17)(c2) AS c2
FROM (SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, toInt64(sum(events)) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND bitAnd(varies, 16387) = 0
AND session NOT IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND (bitAnd(varies, 16387) != 0
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND sign < 0)
OR start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC'))))
GROUP BY c0
UNION ALL SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, toInt64(count()) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM events
WHERE project_id = {p8:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC'))
AND session IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p13:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND (bitAnd(varies, 16387) != 0
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p13:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND sign < 0)
OR start < fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC'))))
GROUP BY c0)
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p18:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 7
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 7
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = 1780012800000
-- p12 = 1780016400000
-- p13 = 7
-- p14 = 1780000000000
-- p15 = 1780086400000
-- p16 = 1780000000000
-- p17 = 1780086400000
-- p18 = 20
