SELECT project_id AS c0, toInt64(toUnixTimestamp(hour)) * 1000 AS c1, rows AS c2, newest AS c3
FROM (SELECT project_id, toStartOfHour(timestamp) AS hour, count() AS rows, max(batch) AS newest
FROM requests
WHERE timestamp >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
GROUP BY project_id, hour
HAVING rows >= {p2:UInt64}
AND newest < {p3:UInt64})
WHERE (project_id, hour, rows, newest) NOT IN (SELECT project_id, bucket, argMax(requests, edition), argMax(batch, edition)
FROM breakdowns
WHERE dimension = ''
AND step = {p4:UInt64}
AND bucket >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND bucket < fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
GROUP BY project_id, bucket)
ORDER BY c1 DESC, c0
-- p0 = 1780000000000
-- p1 = 1780086400000
-- p2 = 1000
-- p3 = 1780086300000000
-- p4 = 3600
