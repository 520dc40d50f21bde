SELECT toInt64(toUnixTimestamp(bucket)) * 1000 AS c0, argMax(requests, edition) AS c1, argMax(batch, edition) AS c2, max(edition) AS c3
FROM breakdowns
WHERE project_id = {p0:UInt64}
AND dimension = ''
AND step = {p1:UInt64}
AND bucket >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND bucket < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
GROUP BY bucket
ORDER BY c0
-- p0 = 7
-- p1 = 3600
-- p2 = 1780000000000
-- p3 = 1780086400000
