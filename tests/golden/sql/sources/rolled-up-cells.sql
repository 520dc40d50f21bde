WITH (SELECT groupArray((hour, newest))
FROM (SELECT hour, max(stamp) AS newest
FROM touched
WHERE project_id = {p2:UInt64}
AND source = {p3:String}
AND hour > subtractHours(fromUnixTimestamp64Milli({p0:Int64}, 'UTC'), 1)
AND hour < fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
GROUP BY hour)) AS late SELECT toString(grain) AS c0, toInt64(toUnixTimestamp(bucket)) * 1000 AS c1, toInt64(toUnixTimestamp(till)) * 1000 AS c2, newest AS c3, names AS c4
FROM (SELECT grain, bucket, argMax(until, version) AS till, argMax(stamp, version) AS made, max(version) AS newest, argMax(rollups, version) AS names
FROM rolled_up
WHERE project_id = {p2:UInt64}
AND source = {p3:String}
AND bucket >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND until <= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
GROUP BY grain, bucket)
WHERE NOT arrayExists(at -> at.1 < till
AND addHours(at.1, 1) > bucket
AND at.2 > made, late)
ORDER BY c0, c1
-- p0 = 1780000000000
-- p1 = 1780086400000
-- p2 = 7
-- p3 = 'events'
