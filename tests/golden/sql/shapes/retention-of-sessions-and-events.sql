SELECT cohort AS c0, arrayJoin(buckets) AS c1, count() AS c2
FROM (SELECT min(roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)})) AS cohort, arrayDistinct(arrayConcat(groupArray(roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)})), groupArrayIf(roundDown(toUnixTimestamp64Milli(end), {p1:Array(Int64)}), roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)}) != roundDown(toUnixTimestamp64Milli(end), {p1:Array(Int64)})))) AS buckets
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p5:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND (traffic = {p8:String}))
AND visitor NOT IN (SELECT visitor
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p12:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND (traffic = {p15:String}))
AND visitor IN (SELECT visitor
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
AND (traffic = {p22:String}))))
AND visitor NOT IN {p23:Array(UInt64)}
GROUP BY visitor
UNION ALL SELECT roundDown(toUnixTimestamp64Milli(min(timestamp)), {p35:Array(Int64)}) AS cohort, groupUniqArray(roundDown(toUnixTimestamp64Milli(timestamp), {p36:Array(Int64)})) AS buckets
FROM events
WHERE project_id = {p32:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p33:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p34:Int64}, 'UTC')
AND visitor IN {p24:Array(UInt64)}
AND visitor NOT IN (SELECT visitor
FROM sessions
WHERE visitor IN {p24:Array(UInt64)}
AND (NOT (bitAnd(varies, 0) != 0)
OR bitAnd(varies, 32768) = 0)
AND project_id = {p25:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p28:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p29:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p30:Int64}, 'UTC')
AND (traffic = {p31:String})))
GROUP BY visitor)
GROUP BY c0, c1
ORDER BY c0, c1 SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key'
-- p0 = [1779926400000, 1780012800000]
-- p1 = [1779926400000, 1780012800000]
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 7
-- p6 = 946684800000
-- p7 = 1780086400000
-- p8 = 'human'
-- p9 = 7
-- p10 = 946684800000
-- p11 = 1780000000000
-- p12 = 7
-- p13 = 946684800000
-- p14 = 1780086400000
-- p15 = 'human'
-- p16 = 7
-- p17 = 1780000000000
-- p18 = 1780086400000
-- p19 = 7
-- p20 = 946684800000
-- p21 = 1780086400000
-- p22 = 'human'
-- p23 = [5, 6]
-- p24 = [5, 6]
-- p25 = 7
-- p26 = 946684800000
-- p27 = 1780000000000
-- p28 = 7
-- p29 = 946684800000
-- p30 = 1780086400000
-- p31 = 'human'
-- p32 = 7
-- p33 = 1780000000000
-- p34 = 1780086400000
-- p35 = [1779926400000, 1780012800000]
-- p36 = [1779926400000, 1780012800000]
