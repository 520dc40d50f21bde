SELECT domain AS c0, sum(toUInt128(count)) AS c1
FROM proxy_logs
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
GROUP BY c0
LIMIT {p3:UInt64} OFFSET {p4:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 25
-- p4 = 50
