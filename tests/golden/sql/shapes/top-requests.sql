SELECT toString(status) AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2, sum(bytes) AS c3
FROM requests
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p3:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 20
