SELECT groupUniqArray(visitor) AS c0, groupArrayIf(toUnixTimestamp64Milli(start), start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND NOT ((NOT (bitAnd(varies, 0) != 0)
OR bitAnd(varies, 32768) = 0)
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})))) AS c1, groupArrayIf(toUnixTimestamp64Milli(end), start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND NOT ((NOT (bitAnd(varies, 0) != 0)
OR bitAnd(varies, 32768) = 0)
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})))) AS c2
FROM (SELECT *
FROM sessions
WHERE project_id = {p16:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p19:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p20:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND (traffic = {p22:String}))
AND (bitAnd(varies, 0) != 0)
AND visitor IN (SELECT visitor
FROM sessions
WHERE project_id = {p30:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p31:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p32:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p33:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p34:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p35:Int64}, 'UTC')
AND (traffic = {p36:String}))
AND visitor IN (SELECT visitor
FROM sessions PREWHERE (bitAnd(varies, 0) != 0)
WHERE project_id = {p23:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p24:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p26:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND (traffic = {p29:String}))))
UNION ALL SELECT *
FROM sessions
WHERE project_id = {p8:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p11:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND (traffic = {p14:String}))
AND start >= fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND ((bitAnd(varies, 0) != 0)
OR toUnixTimestamp64Milli(end) - toUnixTimestamp64Milli(start) >= {p7:UInt64}
OR (end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC'))))
-- p0 = 7
-- p1 = 946684800000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = 1780012800000
-- p7 = 86400000
-- p8 = 7
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = 7
-- p12 = 946684800000
-- p13 = 1780086400000
-- p14 = 'human'
-- p15 = 1780000000000
-- p16 = 7
-- p17 = 946684800000
-- p18 = 1780000000000
-- p19 = 7
-- p20 = 946684800000
-- p21 = 1780086400000
-- p22 = 'human'
-- p23 = 7
-- p24 = 946684800000
-- p25 = 1780000000000
-- p26 = 7
-- p27 = 946684800000
-- p28 = 1780086400000
-- p29 = 'human'
-- p30 = 7
-- p31 = 1780000000000
-- p32 = 1780086400000
-- p33 = 7
-- p34 = 946684800000
-- p35 = 1780086400000
-- p36 = 'human'
