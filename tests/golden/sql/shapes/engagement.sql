SELECT path AS c0, engaged AS c1, scrolled AS c2, q0 AS c3, q1 AS c4, q2 AS c5, q3 AS c6, q4 AS c7
FROM (SELECT path, sum(engaged_ms) AS engaged, quantileExactInclusiveIf(0.75)(lcp, NOT isNaN(lcp)) AS q0, quantileExactInclusiveIf(0.75)(inp, NOT isNaN(inp)) AS q1, quantileExactInclusiveIf(0.75)(cls, NOT isNaN(cls)) AS q2, quantileExactInclusiveIf(0.75)(fcp, NOT isNaN(fcp)) AS q3, quantileExactInclusiveIf(0.75)(ttfb, NOT isNaN(ttfb)) AS q4
FROM engagements
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p3:String})
AND (traffic = {p4:String})
AND path IN {p5:Array(String)}
GROUP BY path) AS reports LEFT JOIN (SELECT {p6:Array(String)}[place] AS path, avg(deepest) AS scrolled
FROM (SELECT toUInt16(indexOf({p6:Array(String)}, path)) AS place, max(scroll) AS deepest
FROM engagements
WHERE project_id = {p7:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p10:String})
AND (traffic = {p11:String})
AND path IN {p12:Array(String)}
AND scroll >= 0
GROUP BY place, visitor)
GROUP BY place) AS scrolls USING (path)
ORDER BY c0 SETTINGS join_use_nulls = 1, max_bytes_before_external_group_by = 200000000
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'RO'
-- p4 = 'human'
-- p5 = ['/', '/pricing']
-- p6 = ['/', '/pricing']
-- p7 = 7
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 'RO'
-- p11 = 'human'
-- p12 = ['/', '/pricing']
