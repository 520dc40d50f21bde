SELECT c0, c1, cell.1 AS c2, cell.2 AS c3, cell.3 AS c4, cell.4 AS c5
FROM (SELECT c0, c1, groupArray((c2, c3, c4, c5)) AS cells
FROM (SELECT transform(toUInt64(grouping(k0)), {p4:Array(UInt64)}, {p5:Array(String)}, '') AS c0, concat(k0) AS c1, c2, count() AS c3, uniqExact(session) AS c4, sum(bytes) AS c5
FROM (SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p6:Array(Int64)}) AS c2, replaceRegexpOne(country, '^$', 'unknown') AS k0, session, bytes
FROM requests
WHERE project_id = {p0:UInt64}
AND (timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC'))
AND (traffic = {p3:String}))
GROUP BY GROUPING SETS ((c2), (c2, k0)))
GROUP BY c0, c1
ORDER BY c0, sum(c3) DESC, c1
LIMIT {p7:UInt64} BY c0) ARRAY JOIN if(length(arrayDistinct(cells.1)) = length(cells), cells, arrayZip((arrayReduce('sumMap', arrayMap(x -> [x.1], cells), arrayMap(x -> [x.2], cells), arrayMap(x -> [x.3], cells), arrayMap(x -> [x.4], cells)) AS sums).1, sums.2, sums.3, sums.4)) AS cell
ORDER BY c0, c2, c3 DESC, c1
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = [0]
-- p5 = ['country']
-- p6 = [1779926400000, 1780012800000]
-- p7 = 100
