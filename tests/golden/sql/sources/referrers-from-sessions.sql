SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64Merge(17)(c2) AS c2
FROM (SELECT replaceRegexpOne(source, '^$', 'direct') AS c0, toInt64(count()) AS c1, uniqCombined64State(17)(visitor) AS c2
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
AND sign < 0))))
GROUP BY c0
UNION ALL SELECT k0 AS c0, toInt64(sum(sessions_left)) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM (SELECT visitor, replaceRegexpOne(source, '^$', 'direct') AS k0, sum(sign) AS sessions_left
FROM sessions
WHERE project_id = {p6:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND session IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND (bitAnd(varies, 16387) != 0
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND sign < 0))))
GROUP BY visitor, k0
HAVING sum(sign) > 0)
GROUP BY c0)
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p12:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 7
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 20
