WITH (SELECT groupArray((c0, c1, c2))
FROM (SELECT session AS c0, currency AS c1, sum(revenue) AS c2
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p3:String})
AND (traffic = {p4:String})
AND revenue != 0
GROUP BY c0, c1)) AS payments SELECT f0, paid.payment.2 AS f1, sum(sign * paid.payment.3) AS f2
FROM (SELECT entry_page AS f0, session AS payer, sign
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND (if(pageviews > 0, 'yes', 'no') = {p8:String})
AND session IN (SELECT arrayJoin(payments).1)) AS payers JOIN (SELECT arrayJoin(payments) AS payment) AS paid ON payer = paid.payment.1
GROUP BY f0, f1
HAVING sum(sign) > 0
ORDER BY f0, f1
LIMIT {p9:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'RO'
-- p4 = 'human'
-- p5 = 7
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 'yes'
-- p9 = 9
