SELECT {p33:Array(Int64)}[first] AS c0, {p33:Array(Int64)}[place] AS c1, count() AS c2
FROM (SELECT arrayMin(places) AS first, arrayJoin(places) AS place
FROM (SELECT arrayDistinct(arrayFlatten(arrayMap(pair -> [intDiv(pair, 65536), pair % 65536], groupArray(pair)))) AS places
FROM (SELECT visitor, toUInt32(if(start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(start), {p3:Array(Int64)}), {p1:Array(Int64)}, range(1, {p2:UInt64}), 0)) * 65536 + if(end < fromUnixTimestamp64Milli({p8:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(end), {p7:Array(Int64)}), {p5:Array(Int64)}, range(1, {p6:UInt64}), 0))) AS pair
FROM sessions
WHERE project_id = {p25:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND (traffic = {p28:String})
AND NOT session IN {p0:Array(UInt64)}
UNION ALL SELECT visitor, toUInt32(if(timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(timestamp), {p11:Array(Int64)}), {p9:Array(Int64)}, range(1, {p10:UInt64}), 0)) * 65536 + if(timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(timestamp), {p11:Array(Int64)}), {p9:Array(Int64)}, range(1, {p10:UInt64}), 0))) AS pair
FROM events PREWHERE session IN {p0:Array(UInt64)}
WHERE project_id = {p29:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p30:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p31:Int64}, 'UTC')
AND intDiv(toUnixTimestamp64Milli(timestamp), 3600000) IN {p32:Array(UInt64)})
WHERE visitor NOT IN (SELECT visitor
FROM sessions
WHERE project_id = {p17:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
AND (traffic = {p20:String})
AND visitor IN (SELECT visitor
FROM sessions
WHERE project_id = {p14:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND ((traffic = {p13:String})
OR session IN {p0:Array(UInt64)}))
AND NOT session IN {p0:Array(UInt64)}
UNION ALL SELECT visitor
FROM events PREWHERE session IN {p0:Array(UInt64)}
WHERE project_id = {p21:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p23:Int64}, 'UTC')
AND intDiv(toUnixTimestamp64Milli(timestamp), 3600000) IN {p24:Array(UInt64)})
GROUP BY visitor))
WHERE first > 0
GROUP BY first, place
ORDER BY c0, c1 SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key', use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0
-- p0 = [5, 6]
-- p1 = [1779926400000, 1780012800000]
-- p2 = 3
-- p3 = [1779926400000, 1780012800000]
-- p4 = 1780000000000
-- p5 = [1779926400000, 1780012800000]
-- p6 = 3
-- p7 = [1779926400000, 1780012800000]
-- p8 = 1780000000000
-- p9 = [1779926400000, 1780012800000]
-- p10 = 3
-- p11 = [1779926400000, 1780012800000]
-- p12 = 1780000000000
-- p13 = 'human'
-- p14 = 7
-- p15 = 1780000000000
-- p16 = 1780086400000
-- p17 = 7
-- p18 = 946684800000
-- p19 = 1780000000000
-- p20 = 'human'
-- p21 = 7
-- p22 = 946684800000
-- p23 = 1780000000000
-- p24 = [480000, 480001]
-- p25 = 7
-- p26 = 1780000000000
-- p27 = 1780086400000
-- p28 = 'human'
-- p29 = 7
-- p30 = 1780000000000
-- p31 = 1780086400000
-- p32 = [480000, 480001]
-- p33 = [1779926400000, 1780012800000]
