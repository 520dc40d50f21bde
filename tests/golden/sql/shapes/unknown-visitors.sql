SELECT groupUniqArray(visitor) AS c0
FROM sessions
WHERE project_id = {p4:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p7:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (traffic = {p10:String}))
AND (bitAnd(varies, 0) != 0
OR start >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (toUnixTimestamp64Milli(end) - toUnixTimestamp64Milli(start) >= {p2:UInt64}
OR (end >= fromUnixTimestamp64Milli({p0:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p1:Int64}, 'UTC'))))
AND visitor IN (SELECT visitor
FROM sessions
WHERE project_id = {p11:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p14:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND (traffic = {p17:String})))
-- p0 = 1780086400000
-- p1 = 1780012800000
-- p2 = 86400000
-- p3 = 1780000000000
-- p4 = 7
-- p5 = 946684800000
-- p6 = 1780086400000
-- p7 = 7
-- p8 = 946684800000
-- p9 = 1780086400000
-- p10 = 'human'
-- p11 = 7
-- p12 = 1780000000000
-- p13 = 1780086400000
-- p14 = 7
-- p15 = 946684800000
-- p16 = 1780086400000
-- p17 = 'human'
