SELECT c0 AS c0, sum(c1) AS c1, max(c2) AS c2, uniqExactMerge(c3) AS c3
FROM (SELECT roundDown(toInt64(toUnixTimestamp(bucket)) * 1000, {p8:Array(Int64)}) AS c0, toUInt128(bytes_total) AS c1, toUInt64(max_concurrency) AS c2, domains AS c3
FROM rollups
WHERE project_id = {p6:UInt64}
AND rollup IN {p7:Array(String)}
AND ((grain = 'day'
AND bucket >= toDateTime({p2:UInt64}, 'UTC')
AND bucket <= toDateTime({p3:UInt64}, 'UTC'))
OR (grain = 'month'
AND bucket >= toDateTime({p4:UInt64}, 'UTC')
AND bucket <= toDateTime({p5:UInt64}, 'UTC')))
AND version = transform(toUInt64(toUnixTimestamp(bucket) + 1 * (grain = 'month') + 2 * (grain = 'week')), {p0:Array(UInt64)}, {p1:Array(UInt64)}, toUInt64(0))
UNION ALL SELECT roundDown(toInt64(toUnixTimestamp(timestamp)) * 1000, {p14:Array(Int64)}) AS c0, toUInt128(sum(toUInt128(bytes_sent)) + sum(toUInt128(bytes_received))) AS c1, toUInt64(max(max_concurrency)) AS c2, uniqExactState(toString(domain)) AS c3
FROM proxy_logs
WHERE project_id = {p9:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p13:Int64}, 'UTC'))
GROUP BY c0)
GROUP BY c0
ORDER BY c0
-- p0 = [1779926400, 1777593601]
-- p1 = [70, 71]
-- p2 = 1779926400
-- p3 = 1779926400
-- p4 = 1777593600
-- p5 = 1777593600
-- p6 = 7
-- p7 = ['logs']
-- p8 = [1779926400000, 1780012800000]
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 1780012800000
-- p13 = 1780016400000
-- p14 = [1779926400000, 1780012800000]
