SELECT {p37:Array(Int64)}[first] AS c0, {p37:Array(Int64)}[place] AS c1, count() AS c2
FROM (SELECT arrayMin(places) AS first, arrayJoin(places) AS place
FROM (SELECT arrayDistinct(arrayFlatten(arrayMap(pair -> [intDiv(pair, 65536), pair % 65536], groupArray(pair)))) AS places
FROM (SELECT visitor, toUInt32(if(start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(start), {p2:Array(Int64)}), {p0:Array(Int64)}, range(1, {p1:UInt64}), 0)) * 65536 + if(end < fromUnixTimestamp64Milli({p7:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(end), {p6:Array(Int64)}), {p4:Array(Int64)}, range(1, {p5:UInt64}), 0))) AS pair
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
AND (traffic = {p36:String})))
WHERE visitor NOT IN (SELECT visitor
FROM sessions
WHERE project_id = {p23:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p24:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p25:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p26:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND (traffic = {p29:String}))
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
AND (traffic = {p22:String}))
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p12:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND (traffic = {p15:String}))))
GROUP BY visitor))
WHERE first > 0
GROUP BY first, place
ORDER BY c0, c1 SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key', use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0
-- p0 = [1779926400000, 1780012800000]
-- p1 = 3
-- p2 = [1779926400000, 1780012800000]
-- p3 = 1780000000000
-- p4 = [1779926400000, 1780012800000]
-- p5 = 3
-- p6 = [1779926400000, 1780012800000]
-- p7 = 1780000000000
-- p8 = [1779926400000, 1780012800000]
-- p9 = 3
-- p10 = [1779926400000, 1780012800000]
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
-- p37 = [1779926400000, 1780012800000]
