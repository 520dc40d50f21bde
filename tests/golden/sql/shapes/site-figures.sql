SELECT project_id AS c0, uniqExactIf(visitor, traffic = {p8:String}
AND at >= toUnixTimestamp64Milli(fromUnixTimestamp64Milli({p4:Int64}, 'UTC'))) AS c1, uniqExactIf(visitor, traffic = {p8:String}
AND at >= arrayElement({p1:Array(Int64)}, place)) AS c2, uniqExactIf(visitor, traffic = {p8:String}
AND at >= arrayElement({p2:Array(Int64)}, place)
AND at < arrayElement({p3:Array(Int64)}, place)) AS c3, uniqExactIf(visitor, traffic = {p8:String}
AND at >= toUnixTimestamp64Milli(fromUnixTimestamp64Milli({p5:Int64}, 'UTC'))) AS c4, uniqExactIf(visitor, traffic = {p8:String}
AND at >= toUnixTimestamp64Milli(fromUnixTimestamp64Milli({p6:Int64}, 'UTC'))
AND at < toUnixTimestamp64Milli(fromUnixTimestamp64Milli({p7:Int64}, 'UTC'))) AS c5, max(at) AS c6
FROM (SELECT project_id, indexOf({p0:Array(UInt64)}, project_id) AS place, toUnixTimestamp64Milli(timestamp) AS at, visitor, traffic
FROM events
WHERE project_id IN {p9:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p11:Int64}, 'UTC'))
GROUP BY c0
ORDER BY c0
-- p0 = [7, 8, 9]
-- p1 = [1780012800000, 1780012800000, 1780016400000]
-- p2 = [1779926400000, 1779926400000, 1779930000000]
-- p3 = [1779963600000, 1779963600000, 1779963600000]
-- p4 = 1780049700000
-- p5 = 1779445200000
-- p6 = 1778840400000
-- p7 = 1779445200000
-- p8 = 'human'
-- p9 = [7, 8, 9]
-- p10 = 1779926400000
-- p11 = 1780050000000
