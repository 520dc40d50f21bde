SELECT error AS c0, domain AS c1, sum(toUInt128(error_count)) AS c2
FROM proxy_logs
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND error IN {p3:Array(String)}
GROUP BY c0, c1
ORDER BY c2 DESC, c1
LIMIT {p4:UInt64} BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = ['timeout', 'refused']
-- p4 = 3
