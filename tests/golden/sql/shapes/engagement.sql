SELECT path AS c0, sum(engaged) AS c1, avgIf(deepest, deepest >= 0) AS c2, quantileExactInclusiveArray(0.75)(lcp_all) AS c3, quantileExactInclusiveArray(0.75)(inp_all) AS c4, quantileExactInclusiveArray(0.75)(cls_all) AS c5, quantileExactInclusiveArray(0.75)(fcp_all) AS c6, quantileExactInclusiveArray(0.75)(ttfb_all) AS c7
FROM (SELECT path, sum(engaged_ms) AS engaged, max(scroll) AS deepest, groupArrayIf(lcp, NOT isNaN(lcp)) AS lcp_all, groupArrayIf(inp, NOT isNaN(inp)) AS inp_all, groupArrayIf(cls, NOT isNaN(cls)) AS cls_all, groupArrayIf(fcp, NOT isNaN(fcp)) AS fcp_all, groupArrayIf(ttfb, NOT isNaN(ttfb)) AS ttfb_all
FROM engagements
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p3:String})
AND (traffic = {p4:String})
AND path IN {p5:Array(String)}
GROUP BY path, visitor)
GROUP BY c0
ORDER BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'RO'
-- p4 = 'human'
-- p5 = ['/', '/pricing']
