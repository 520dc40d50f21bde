SELECT roundDown(toInt64(toUnixTimestamp(timestamp)) * 1000, {p0:Array(Int64)}) AS c0, sum(toUInt128(bytes_sent)) + sum(toUInt128(bytes_received)) AS c1, sum(toUInt128(count)) AS c2
FROM proxy_logs
WHERE project_id = {p1:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
GROUP BY c0
ORDER BY c0
-- p0 = [1779926400000, 1780012800000]
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
