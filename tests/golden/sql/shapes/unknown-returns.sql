SELECT groupArray(session) AS c0, groupArray(first) AS c1, groupArray(last) AS c2
FROM (SELECT session, toUnixTimestamp64Milli(start) AS first, toUnixTimestamp64Milli(end) AS last
FROM sessions PREWHERE (bitAnd(varies, 1) != 0)
WHERE project_id = {p10:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND NOT (bitAnd(varies, 32768) = 0
AND (traffic = {p0:String}))
UNION ALL SELECT session, toUnixTimestamp64Milli(start) AS first, toUnixTimestamp64Milli(end) AS last
FROM sessions PREWHERE ((bitAnd(varies, 1) != 0)
OR toUnixTimestamp64Milli(end) - toUnixTimestamp64Milli(start) >= {p3:UInt64}
OR (end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')))
WHERE project_id = {p6:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND start >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND NOT ((bitAnd(varies, 32768) = 0
AND (traffic = {p0:String}))
AND roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p5:Array(Int64)})
AND NOT (toUnixTimestamp64Milli(end) - toUnixTimestamp64Milli(start) >= {p3:UInt64}))
UNION ALL SELECT session, toUnixTimestamp64Milli(start) AS first, toUnixTimestamp64Milli(end) AS last
FROM sessions
WHERE project_id = {p13:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p13:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND sign < 0))
-- p0 = 'human'
-- p1 = 1780086400000
-- p2 = 1780012800000
-- p3 = 43200000
-- p4 = [1779926400000, 1780012800000]
-- p5 = [1779926400000, 1780012800000]
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 1780000000000
-- p10 = 7
-- p11 = 946684800000
-- p12 = 1780000000000
-- p13 = 7
-- p14 = 946684800000
-- p15 = 1780086400000
