SELECT error AS c0, sum(toUInt128(error_count)) AS c1, toInt64(toUnixTimestamp(min(timestamp))) * 1000 AS c2, toInt64(toUnixTimestamp(max(timestamp))) * 1000 AS c3
FROM proxy_logs
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p3:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 50
