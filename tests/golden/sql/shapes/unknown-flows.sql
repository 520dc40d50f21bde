SELECT groupArray(session) AS c0, groupArray(toUnixTimestamp64Milli(start)) AS c1, groupArray(toUnixTimestamp64Milli(end)) AS c2
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (bitAnd(varies, 32771) != 0
OR bitAnd(varies, 16384) != 0
AND (start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC'))
OR session IN (SELECT session
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND sign < 0))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 1780000000000
-- p4 = 1780086400000
