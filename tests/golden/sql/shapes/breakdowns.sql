SELECT c0, c1, cell.1 AS c2, cell.2 AS c3, cell.3 AS c4, cell.4 AS c5
FROM (SELECT c0, c1, groupArray((c2, c3, c4, c5)) AS cells
FROM (SELECT transform(toUInt64(grouping(k0, k1)), {p5:Array(UInt64)}, {p6:Array(String)}, '') AS c0, concat(k0, k1) AS c1, c2, count() AS c3, uniqExact(session) AS c4, sum(bytes) AS c5
FROM (SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p7:Array(Int64)}) AS c2, replaceRegexpOne(country, '^$', 'unknown') AS k0, replaceRegexpOne(endpoint, '^$', 'unknown') AS k1, session, bytes
FROM requests
WHERE project_id = {p0:UInt64}
AND (timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
OR timestamp >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')))
GROUP BY GROUPING SETS ((c2), (c2, k0), (c2, k1))
UNION ALL SELECT toString(dimension) AS c0, label AS c1, toInt64(toUnixTimestamp(bucket)) * 1000 AS c2, requests AS c3, visits AS c4, bytes AS c5
FROM breakdowns
WHERE project_id = {p8:UInt64}
AND dimension IN {p9:Array(String)}
AND step = {p10:UInt64}
AND bucket >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND bucket < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND (toInt64(toUnixTimestamp(toStartOfHour(bucket))) * 1000, edition) IN arrayZip({p13:Array(Int64)}, {p14:Array(UInt64)}))
GROUP BY c0, c1
ORDER BY c0, sum(c3) DESC, c1
LIMIT {p15:UInt64} BY c0) ARRAY JOIN cells AS cell
ORDER BY c0, c2, c3 DESC, c1
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780002000000
-- p3 = 1780009200000
-- p4 = 1780086400000
-- p5 = [1, 2]
-- p6 = ['country', 'asked_path']
-- p7 = [1779926400000, 1780012800000]
-- p8 = 7
-- p9 = ['', 'country', 'asked_path']
-- p10 = 3600
-- p11 = 1780000000000
-- p12 = 1780086400000
-- p13 = [1780002000000, 1780005600000]
-- p14 = [70, 71]
-- p15 = 100
