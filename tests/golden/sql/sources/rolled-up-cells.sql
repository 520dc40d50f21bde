SELECT toString(grain) AS c0, toInt64(toUnixTimestamp(bucket)) * 1000 AS c1, toInt64(toUnixTimestamp(until)) * 1000 AS c2, version AS c3, stamp AS c4, arrayStringConcat(rollups, ' ') AS c5
FROM rolled_up
WHERE project_id = {p2:UInt64}
AND source = {p3:String}
AND bucket >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND until <= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
UNION ALL SELECT '', toInt64(toUnixTimestamp(hour)) * 1000, toInt64(toUnixTimestamp(addHours(hour, 1))) * 1000, 0, stamp, ''
FROM touched
WHERE project_id = {p2:UInt64}
AND source = {p3:String}
AND hour > subtractHours(fromUnixTimestamp64Milli({p0:Int64}, 'UTC'), 1)
AND hour < fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
-- p0 = 1780000000000
-- p1 = 1780086400000
-- p2 = 7
-- p3 = 'events'
