SELECT c0 AS c0, c1 AS c1, sum(c2) AS c2
FROM (SELECT label AS c0, label_2 AS c1, earned AS c2
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
AND label IN {p8:Array(String)}
UNION ALL SELECT f0 AS c0, f1 AS c1, f2 AS c2
FROM (SELECT entry_page AS f0, paid.c1 AS f1, sum(sign * paid.c2) AS f2
FROM sessions JOIN (SELECT session AS c0, currency AS c1, sum(revenue) AS c2
FROM events
WHERE project_id = {p9:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p13:Int64}, 'UTC'))
AND revenue != 0
GROUP BY c0, c1) AS paid ON session = paid.c0
WHERE project_id = {p16:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND (end >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC'))
AND (if(pageviews > 0, 'yes', 'no') = {p19:String})
AND entry_page IN {p20:Array(String)}
GROUP BY f0, f1
HAVING sum(sign) > 0))
GROUP BY c0, c1
ORDER BY c0, c1
-- p0 = [1779926400, 1777593601]
-- p1 = [70, 71]
-- p2 = 1779926400
-- p3 = 1779926400
-- p4 = 1777593600
-- p5 = 1777593600
-- p6 = 7
-- p7 = ['earned:path']
-- p8 = ['/']
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 1780012800000
-- p13 = 1780016400000
-- p14 = 1780012800000
-- p15 = 1780016400000
-- p16 = 7
-- p17 = 1780000000000
-- p18 = 1780086400000
-- p19 = 'yes'
-- p20 = ['/']
