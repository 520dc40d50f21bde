SELECT toUnixTimestamp(toDateTime(toStartOfInterval(timestamp, INTERVAL 1 MONTH), 'UTC')) * 1000 AS c0, count() AS c1
FROM requests
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
GROUP BY c0
ORDER BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
