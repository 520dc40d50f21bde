SELECT c0 AS c0, c1 AS c1, sum(c2) AS c2, uniqCombined64Merge(17)(c3) AS c3, min(c4) AS c4, max(c5) AS c5, sum(c6) AS c6, sum(c7) AS c7, sum(c8) AS c8, quantilesBFloat16Merge(0.5, 0.95, 0.99)(c9) AS c9
FROM (SELECT label AS c0, label_2 AS c1, toUInt64(hits) AS c2, visitors AS c3, toInt64(first) AS c4, toInt64(last) AS c5, toUInt64(answered) AS c6, toUInt64(failed) AS c7, toUInt64(bytes) AS c8, durations AS c9
FROM rollups
WHERE project_id = {p3:UInt64}
AND rollup IN {p4:Array(String)}
AND grain IN {p5:Array(String)}
AND bucket IN arrayMap(start -> toDateTime(intDiv(start, 1000), 'UTC'), {p0:Array(Int64)})
AND (toString(grain), toInt64(toUnixTimestamp(bucket)) * 1000, version) IN arrayZip({p1:Array(String)}, {p0:Array(Int64)}, {p2:Array(UInt64)})
UNION ALL SELECT endpoint AS c0, method AS c1, toUInt64(count()) AS c2, uniqCombined64State(17)(visitor) AS c3, toInt64(toUnixTimestamp64Milli(min(timestamp))) AS c4, toInt64(toUnixTimestamp64Milli(max(timestamp))) AS c5, toUInt64(countIf(status > 0)) AS c6, toUInt64(countIf(status >= 400)) AS c7, toUInt64(sum(bytes)) AS c8, quantilesBFloat16StateIf(0.5, 0.95, 0.99)(duration_us, duration_us > 0) AS c9
FROM requests
WHERE project_id = {p6:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC'))
GROUP BY c0, c1)
GROUP BY c0, c1
ORDER BY c2 DESC, c0, c1
LIMIT {p11:UInt64}
-- p0 = [1779926400000, 1777593600000]
-- p1 = ['day', 'month']
-- p2 = [70, 71]
-- p3 = 7
-- p4 = ['endpoints']
-- p5 = ['day', 'month']
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 1780012800000
-- p10 = 1780016400000
-- p11 = 1000
