SELECT {p24:Array(Int64)}[first] AS c0, {p24:Array(Int64)}[place] AS c1, count() AS c2
FROM (SELECT arrayMin(places) AS first, arrayJoin(places) AS place
FROM (SELECT arrayDistinct(arrayFlatten(arrayMap(pair -> [intDiv(pair, 65536), pair % 65536], groupArray(pair)))) AS places
FROM (SELECT visitor, toUInt32(if(start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(start), {p2:Array(Int64)}), {p0:Array(Int64)}, range(1, {p1:UInt64}), 0)) * 65536 + if(end < fromUnixTimestamp64Milli({p7:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(end), {p6:Array(Int64)}), {p4:Array(Int64)}, range(1, {p5:UInt64}), 0))) AS pair
FROM sessions
WHERE project_id = {p20:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND (traffic = {p23:String}))
WHERE visitor NOT IN (SELECT visitor
FROM sessions
WHERE project_id = {p16:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND (traffic = {p19:String})
AND visitor IN (SELECT visitor
FROM sessions
WHERE project_id = {p13:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND (traffic = {p12:String})))
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
-- p12 = 'human'
-- p13 = 7
-- p14 = 1780000000000
-- p15 = 1780086400000
-- p16 = 7
-- p17 = 946684800000
-- p18 = 1780000000000
-- p19 = 'human'
-- p20 = 7
-- p21 = 1780000000000
-- p22 = 1780086400000
-- p23 = 'human'
-- p24 = [1779926400000, 1780012800000]
