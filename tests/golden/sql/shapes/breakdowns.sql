SELECT c0, c1, cell.1 AS c2, cell.2 AS c3, cell.3 AS c4, cell.4 AS c5
FROM (SELECT c0, c1, groupArray((c2, c3, c4, c5)) AS cells
FROM (SELECT transform(toUInt64(grouping(k0, k1)), {p3:Array(UInt64)}, {p4:Array(String)}, '') AS c0, concat(k0, k1) AS c1, c2, count() AS c3, uniqExact(session) AS c4, sum(bytes) AS c5
FROM (SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p5:Array(Int64)}) AS c2, replaceRegexpOne(country, '^$', 'unknown') AS k0, replaceRegexpOne(endpoint, '^$', 'unknown') AS k1, session, bytes
FROM requests
WHERE project_id = {p0:UInt64}
AND (timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')))
GROUP BY GROUPING SETS ((c2), (c2, k0), (c2, k1))
UNION ALL SELECT substring(toString(rollup), {p8:UInt64}) AS c0, label AS c1, toInt64(toUnixTimestamp(bucket)) * 1000 AS c2, hits AS c3, sessions AS c4, bytes AS c5
FROM recent_rollups
WHERE project_id = {p9:UInt64}
AND rollup IN {p10:Array(String)}
AND grain = {p11:String}
AND bucket >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND bucket < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND (toInt64(toUnixTimestamp(bucket)) * 1000, version) IN arrayZip({p6:Array(Int64)}, {p7:Array(UInt64)}))
GROUP BY c0, c1
ORDER BY c0, sum(c3) DESC, c1
LIMIT {p14:UInt64} BY c0) ARRAY JOIN if(length(arrayDistinct(cells.1)) = length(cells), cells, arrayZip((arrayReduce('sumMap', arrayMap(x -> [x.1], cells), arrayMap(x -> [x.2], cells), arrayMap(x -> [x.3], cells), arrayMap(x -> [x.4], cells)) AS sums).1, sums.2, sums.3, sums.4)) AS cell
ORDER BY c0, c2, c3 DESC, c1
-- p0 = 7
-- p1 = 1780012800000
-- p2 = 1780016400000
-- p3 = [1, 2]
-- p4 = ['country', 'asked_path']
-- p5 = [1779926400000, 1780012800000]
-- p6 = [1780002000000, 1780005600000]
-- p7 = [70, 71]
-- p8 = 9
-- p9 = 7
-- p10 = ['network:', 'network:country', 'network:asked_path']
-- p11 = 'hour'
-- p12 = 1780000000000
-- p13 = 1780086400000
-- p14 = 100
