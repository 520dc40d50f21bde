SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64Merge(17)(c2) AS c2
FROM (SELECT replaceRegexpOne(source, '^$', 'direct') AS c0, toInt64(count()) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND session NOT IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND length(variants) <= 2
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND end >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')))
AND if(bitAnd(varies, 16387) != 0, NOT length(variants) <= 2
AND start >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND arrayExists((country) -> (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p10:String}), JSONExtract(variants, 'Array(Tuple(country LowCardinality(String)))').country), (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p11:String}))
GROUP BY c0
UNION ALL SELECT k0 AS c0, toInt64(sum(sessions_left)) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM (SELECT visitor, replaceRegexpOne(source, '^$', 'direct') AS k0, sum(sign) AS sessions_left
FROM sessions
WHERE project_id = {p12:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND session IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p15:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p15:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p15:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND length(variants) <= 2
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p15:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p15:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND end >= fromUnixTimestamp64Milli({p19:Int64}, 'UTC')))
GROUP BY visitor, k0
HAVING sum(sign) > 0)
GROUP BY c0)
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p20:UInt64}
-- p0 = 1780000000000
-- p1 = 1780086400000
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 7
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 'RO'
-- p11 = 'RO'
-- p12 = 7
-- p13 = 1780000000000
-- p14 = 1780086400000
-- p15 = 7
-- p16 = 1780000000000
-- p17 = 1780086400000
-- p18 = 1780000000000
-- p19 = 1780086400000
-- p20 = 20
