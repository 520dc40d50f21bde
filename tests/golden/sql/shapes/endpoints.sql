SELECT endpoint AS c0, method AS c1, count() AS c2, uniqCombined64(17)(visitor) AS c3, toUnixTimestamp64Milli(min(timestamp)) AS c4, toUnixTimestamp64Milli(max(timestamp)) AS c5, countIf(status > 0) AS c6, countIf(status >= 400) AS c7, sum(bytes) AS c8, quantilesBFloat16If(0.5, 0.95, 0.99)(duration_us, duration_us > 0) AS c9
FROM requests
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
GROUP BY c0, c1
ORDER BY c2 DESC, c0, c1
LIMIT {p3:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 1000
