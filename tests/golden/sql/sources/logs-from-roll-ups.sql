SELECT c0 AS c0, sum(c1) AS c1, max(c2) AS c2, uniqExactMerge(c3) AS c3
FROM (SELECT roundDown(toInt64(toUnixTimestamp(bucket)) * 1000, {p6:Array(Int64)}) AS c0, toUInt128(bytes_total) AS c1, toUInt64(max_concurrency) AS c2, domains AS c3
FROM rollups
WHERE project_id = {p3:UInt64}
AND rollup IN {p4:Array(String)}
AND grain IN {p5:Array(String)}
AND bucket IN arrayMap(start -> toDateTime(intDiv(start, 1000), 'UTC'), {p0:Array(Int64)})
AND (toString(grain), toInt64(toUnixTimestamp(bucket)) * 1000, version) IN arrayZip({p1:Array(String)}, {p0:Array(Int64)}, {p2:Array(UInt64)})
UNION ALL SELECT roundDown(toInt64(toUnixTimestamp(timestamp)) * 1000, {p12:Array(Int64)}) AS c0, toUInt128(sum(toUInt128(bytes_sent)) + sum(toUInt128(bytes_received))) AS c1, toUInt64(max(max_concurrency)) AS c2, uniqExactState(toString(domain)) AS c3
FROM proxy_logs
WHERE project_id = {p7:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p11:Int64}, 'UTC'))
GROUP BY c0)
GROUP BY c0
ORDER BY c0
-- p0 = [1779926400000, 1777593600000]
-- p1 = ['day', 'month']
-- p2 = [70, 71]
-- p3 = 7
-- p4 = ['logs']
-- p5 = ['day', 'month']
-- p6 = [1779926400000, 1780012800000]
-- p7 = 7
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 1780012800000
-- p11 = 1780016400000
-- p12 = [1779926400000, 1780012800000]
