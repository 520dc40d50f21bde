SELECT toString(grain) AS c0, toInt64(toUnixTimestamp(bucket)) * 1000 AS c1, toInt64(toUnixTimestamp(max(until))) * 1000 AS c2, version AS c3, max(stamp) AS c4, max(names) AS c5, sum(of_everyone) AS c6, sum(of_people) AS c7
FROM (SELECT grain, bucket, version, until, stamp, arrayStringConcat(rollups, ' ') AS names, 0 AS of_everyone, 0 AS of_people
FROM rolled_up
WHERE project_id = {p2:UInt64}
AND source = {p3:String}
AND bucket >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND until <= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
UNION ALL SELECT grain, bucket, version, toDateTime(0, 'UTC'), 0, '', events, sessions
FROM rollups
WHERE project_id = {p2:UInt64}
AND rollup IN {p4:Array(String)}
AND bucket >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND bucket < fromUnixTimestamp64Milli({p1:Int64}, 'UTC'))
GROUP BY grain, bucket, version
HAVING c2 > 0
UNION ALL SELECT '', toInt64(toUnixTimestamp(hour)) * 1000, toInt64(toUnixTimestamp(addHours(hour, 1))) * 1000, 0, stamp, '', 0, 0
FROM touched
WHERE project_id = {p2:UInt64}
AND source = {p3:String}
AND hour > subtractHours(fromUnixTimestamp64Milli({p0:Int64}, 'UTC'), 1)
AND hour < fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
-- p0 = 1780000000000
-- p1 = 1780086400000
-- p2 = 7
-- p3 = 'events'
-- p4 = ['traffic', 'sessions']
