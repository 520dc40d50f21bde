SELECT c0 AS c0, c1 AS c1, sum(c2) AS c2
FROM (SELECT f0 AS c0, f1 AS c1, f2 AS c2
FROM (SELECT f0, payment.currency AS f1, sum(sign * toDecimal128(payment.amount, 4)) AS f2
FROM (SELECT entry_page AS f0, sign, arrayJoin(JSONExtract(earned, 'Array(Tuple(currency String, amount String))')) AS payment
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p3:String})
AND (replaceRegexpOne(channel, '^$', 'direct') = {p4:String})
AND (length(earned) > 2)
AND bitAnd(varies, 16387) = 0
AND start >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (if(pageviews > 0, 'yes', 'no') = {p7:String})
AND entry_page IN {p8:Array(String)}
AND session NOT IN {p9:Array(UInt64)})
GROUP BY f0, f1
HAVING sum(sign) > 0)
UNION ALL SELECT f0 AS c0, f1 AS c1, f2 AS c2
FROM (SELECT entry_page AS f0, paid.c1 AS f1, sum(sign * paid.c2) AS f2
FROM sessions JOIN (SELECT session AS c0, currency AS c1, sum(revenue) AS c2
FROM events
WHERE project_id = {p10:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND intDiv(toUnixTimestamp64Milli(timestamp), 3600000) IN {p13:Array(UInt64)}
AND session IN {p14:Array(UInt64)}
AND revenue != 0
GROUP BY c0, c1) AS paid ON session = paid.c0
WHERE project_id = {p16:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND intDiv(toUnixTimestamp64Milli(start), 3600000) IN {p15:Array(UInt64)}
AND (if(pageviews > 0, 'yes', 'no') = {p19:String})
AND entry_page IN {p20:Array(String)}
GROUP BY f0, f1
HAVING sum(sign) > 0))
GROUP BY c0, c1
LIMIT {p21:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'RO'
-- p4 = 'search'
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'yes'
-- p8 = ['/']
-- p9 = [8, 9]
-- p10 = 7
-- p11 = 1780000000000
-- p12 = 1780086400000
-- p13 = [494444, 494446]
-- p14 = [8, 9]
-- p15 = [494444, 494446]
-- p16 = 7
-- p17 = 1780000000000
-- p18 = 1780086400000
-- p19 = 'yes'
-- p20 = ['/']
-- p21 = 20
