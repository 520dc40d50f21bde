SELECT {p45:Array(Int64)}[first] AS c0, {p45:Array(Int64)}[place] AS c1, count() AS c2
FROM (SELECT arrayMin(places) AS first, arrayJoin(places) AS place
FROM (SELECT arrayDistinct(arrayFlatten(arrayMap(pair -> [intDiv(pair, 65536), pair % 65536], groupArray(pair)))) AS places
FROM (SELECT visitor, toUInt32(if(start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}), {p2:Array(Int64)}, range(1, {p3:UInt64}), 0)) * 65536 + if(end < fromUnixTimestamp64Milli({p9:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(end), {p8:Array(Int64)}), {p6:Array(Int64)}, range(1, {p7:UInt64}), 0))) AS pair
FROM sessions
WHERE project_id = {p35:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p36:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p37:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p38:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p39:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p40:Int64}, 'UTC')
AND (traffic = {p41:String}))
AND NOT session IN {p0:Array(UInt64)}
UNION ALL SELECT visitor, toUInt32(if(timestamp < fromUnixTimestamp64Milli({p13:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(timestamp), {p12:Array(Int64)}), {p10:Array(Int64)}, range(1, {p11:UInt64}), 0)) * 65536 + if(timestamp < fromUnixTimestamp64Milli({p13:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(timestamp), {p12:Array(Int64)}), {p10:Array(Int64)}, range(1, {p11:UInt64}), 0))) AS pair
FROM events PREWHERE session IN {p0:Array(UInt64)}
WHERE project_id = {p42:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p43:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p44:Int64}, 'UTC')
AND intDiv(toUnixTimestamp64Milli(timestamp), 3600000) IN {p1:Array(UInt64)})
WHERE visitor NOT IN (SELECT visitor
FROM sessions
WHERE project_id = {p25:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p28:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p29:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p30:Int64}, 'UTC')
AND (traffic = {p31:String}))
AND visitor IN (SELECT visitor
FROM sessions
WHERE project_id = {p18:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p20:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p21:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p23:Int64}, 'UTC')
AND (traffic = {p24:String}))
AND (session IN (SELECT session AS c0
FROM events
WHERE project_id = {p14:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND (traffic = {p17:String}))
OR session IN {p0:Array(UInt64)}))
AND NOT session IN {p0:Array(UInt64)}
UNION ALL SELECT visitor
FROM events PREWHERE session IN {p0:Array(UInt64)}
WHERE project_id = {p32:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p33:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p34:Int64}, 'UTC')
AND intDiv(toUnixTimestamp64Milli(timestamp), 3600000) IN {p1:Array(UInt64)})
GROUP BY visitor))
WHERE first > 0
GROUP BY first, place
ORDER BY c0, c1 SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key', use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0
-- p0 = [5, 6]
-- p1 = [480000, 480001]
-- p2 = [1779926400000, 1780012800000]
-- p3 = 3
-- p4 = [1779926400000, 1780012800000]
-- p5 = 1780000000000
-- p6 = [1779926400000, 1780012800000]
-- p7 = 3
-- p8 = [1779926400000, 1780012800000]
-- p9 = 1780000000000
-- p10 = [1779926400000, 1780012800000]
-- p11 = 3
-- p12 = [1779926400000, 1780012800000]
-- p13 = 1780000000000
-- p14 = 7
-- p15 = 946684800000
-- p16 = 1780086400000
-- p17 = 'human'
-- p18 = 7
-- p19 = 1780000000000
-- p20 = 1780086400000
-- p21 = 7
-- p22 = 946684800000
-- p23 = 1780086400000
-- p24 = 'human'
-- p25 = 7
-- p26 = 946684800000
-- p27 = 1780000000000
-- p28 = 7
-- p29 = 946684800000
-- p30 = 1780086400000
-- p31 = 'human'
-- p32 = 7
-- p33 = 946684800000
-- p34 = 1780000000000
-- p35 = 7
-- p36 = 1780000000000
-- p37 = 1780086400000
-- p38 = 7
-- p39 = 946684800000
-- p40 = 1780086400000
-- p41 = 'human'
-- p42 = 7
-- p43 = 1780000000000
-- p44 = 1780086400000
-- p45 = [1779926400000, 1780012800000]
