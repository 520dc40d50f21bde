SELECT groupArray(session) AS c0, groupArray(first) AS c1, groupArray(last) AS c2
FROM (SELECT session, toUnixTimestamp64Milli(start) AS first, toUnixTimestamp64Milli(end) AS last
FROM sessions PREWHERE (bitAnd(varies, 0) != 0)
WHERE project_id = {p17:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p20:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND (traffic = {p23:String}))
AND NOT (bitAnd(varies, 32768) = 0
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})))
UNION ALL SELECT session, toUnixTimestamp64Milli(start) AS first, toUnixTimestamp64Milli(end) AS last
FROM sessions PREWHERE ((bitAnd(varies, 0) != 0)
OR toUnixTimestamp64Milli(end) - toUnixTimestamp64Milli(start) >= {p6:UInt64}
OR (end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')))
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
AND start >= fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND NOT ((bitAnd(varies, 32768) = 0
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})))
AND roundDown(toUnixTimestamp64Milli(start), {p7:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p8:Array(Int64)})
AND NOT (toUnixTimestamp64Milli(end) - toUnixTimestamp64Milli(start) >= {p6:UInt64}))) SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key', use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0
-- p0 = 7
-- p1 = 946684800000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 1780086400000
-- p5 = 1780012800000
-- p6 = 86400000
-- p7 = [1779926400000, 1780012800000]
-- p8 = [1779926400000, 1780012800000]
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 7
-- p13 = 946684800000
-- p14 = 1780086400000
-- p15 = 'human'
-- p16 = 1780000000000
-- p17 = 7
-- p18 = 946684800000
-- p19 = 1780000000000
-- p20 = 7
-- p21 = 946684800000
-- p22 = 1780086400000
-- p23 = 'human'
