SELECT project_id AS c0, multiIf(project_id IN {p0:Array(UInt64)}, roundDown(toUnixTimestamp64Milli(timestamp), {p1:Array(Int64)}), project_id IN {p2:Array(UInt64)}, roundDown(toUnixTimestamp64Milli(timestamp), {p3:Array(Int64)}), toInt64(0)) AS c1, uniqExact(visitor) AS c2
FROM events
WHERE project_id IN {p4:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND traffic = {p7:String}
GROUP BY c0, c1
ORDER BY c0, c1
-- p0 = [7, 8]
-- p1 = [0, 1779926400000, 1780012800000]
-- p2 = [9]
-- p3 = [0, 1779930000000, 1780016400000]
-- p4 = [7, 8, 9]
-- p5 = 1779926400000
-- p6 = 1780050000000
-- p7 = 'human'
