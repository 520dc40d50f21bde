SELECT c0 AS c0, c1 AS c1, sum(c2) AS c2, uniqCombined64Merge(17)(c3) AS c3, min(c4) AS c4, max(c5) AS c5, sum(c6) AS c6, sum(c7) AS c7, sum(c8) AS c8, quantilesBFloat16Merge(0.5, 0.95, 0.99)(c9) AS c9
FROM (SELECT label AS c0, label_2 AS c1, toUInt64(hits) AS c2, visitors AS c3, toInt64(first) AS c4, toInt64(last) AS c5, toUInt64(answered) AS c6, toUInt64(failed) AS c7, toUInt64(bytes) AS c8, durations AS c9
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
UNION ALL SELECT endpoint AS c0, method AS c1, toUInt64(count()) AS c2, uniqCombined64State(17)(visitor) AS c3, toInt64(toUnixTimestamp64Milli(min(timestamp))) AS c4, toInt64(toUnixTimestamp64Milli(max(timestamp))) AS c5, toUInt64(countIf(status > 0)) AS c6, toUInt64(countIf(status >= 400)) AS c7, toUInt64(sum(bytes)) AS c8, quantilesBFloat16StateIf(0.5, 0.95, 0.99)(duration_us, duration_us > 0) AS c9
FROM requests
WHERE project_id = {p8:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC'))
GROUP BY c0, c1)
GROUP BY c0, c1
ORDER BY c2 DESC, c0, c1
LIMIT {p13:UInt64} SETTINGS max_threads = 1
-- p0 = [1779926400, 1777593601]
-- p1 = [70, 71]
-- p2 = 1779926400
-- p3 = 1779926400
-- p4 = 1777593600
-- p5 = 1777593600
-- p6 = 7
-- p7 = ['endpoints']
-- p8 = 7
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = 1780012800000
-- p12 = 1780016400000
-- p13 = 1000
