SELECT DISTINCT toString(grain) AS c0, toInt64(toUnixTimestamp(bucket)) * 1000 AS c1
FROM rollups
WHERE project_id = {p3:UInt64}
AND rollup IN {p4:Array(String)}
AND grain IN {p5:Array(String)}
AND bucket IN arrayMap(start -> toDateTime(intDiv(start, 1000), 'UTC'), {p0:Array(Int64)})
AND (toString(grain), toInt64(toUnixTimestamp(bucket)) * 1000, version) IN arrayZip({p1:Array(String)}, {p0:Array(Int64)}, {p2:Array(UInt64)})
AND label IN {p6:Array(String)}
AND counted = 0
AND (events > 0
OR sessions > 0
OR reaching > 0)
ORDER BY c0, c1
-- p0 = [1779926400000, 1777593600000]
-- p1 = ['day', 'month']
-- p2 = [70, 71]
-- p3 = 7
-- p4 = ['pages']
-- p5 = ['day', 'month']
-- p6 = ['/', '/pricing']
