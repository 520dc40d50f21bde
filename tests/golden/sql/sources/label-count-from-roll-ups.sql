SELECT count() AS c0
FROM (SELECT c0 AS c0, sum(c1) AS c1
FROM (SELECT label AS c0, toInt64(events) AS c1
FROM rollups
WHERE project_id = {p6:UInt64}
AND rollup IN {p7:Array(String)}
AND ((grain = 'day'
AND bucket >= toDateTime({p2:UInt64}, 'UTC')
AND bucket <= toDateTime({p3:UInt64}, 'UTC'))
OR (grain = 'month'
AND bucket >= toDateTime({p4:UInt64}, 'UTC')
AND bucket <= toDateTime({p5:UInt64}, 'UTC')))
AND version = transform(toUInt64(toUnixTimestamp(bucket) + 1 * (grain = 'month') + 2 * (grain = 'week')), {p0:Array(UInt64)}, {p1:Array(UInt64)}, toUInt64(0)))
GROUP BY c0)
WHERE c1 > 0
-- p0 = [1779926400, 1777593601]
-- p1 = [70, 71]
-- p2 = 1779926400
-- p3 = 1779926400
-- p4 = 1777593600
-- p5 = 1777593600
-- p6 = 7
-- p7 = ['pages']
