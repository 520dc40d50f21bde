SELECT {p16:Array(Int64)}[first] AS c0, {p16:Array(Int64)}[place] AS c1, count() AS c2
FROM (SELECT arrayMin(places) AS first, arrayJoin(places) AS place
FROM (SELECT arrayDistinct(arrayFlatten(arrayMap(pair -> [intDiv(pair, 65536), pair % 65536], groupUniqArray(pair)))) AS places
FROM (SELECT visitor, toUInt32(if(timestamp < fromUnixTimestamp64Milli({p3:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(timestamp), {p2:Array(Int64)}), {p0:Array(Int64)}, range(1, {p1:UInt64}), 0)) * 65536 + if(timestamp < fromUnixTimestamp64Milli({p3:Int64}, 'UTC'), 0, transform(roundDown(toUnixTimestamp64Milli(timestamp), {p2:Array(Int64)}), {p0:Array(Int64)}, range(1, {p1:UInt64}), 0))) AS pair
FROM events
WHERE project_id = {p12:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND (traffic = {p15:String}))
WHERE visitor NOT IN (SELECT visitor
FROM events
WHERE project_id = {p4:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (traffic = {p7:String})
AND visitor IN (SELECT visitor
FROM events
WHERE project_id = {p8:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND (traffic = {p11:String})))
GROUP BY visitor))
WHERE first > 0
GROUP BY first, place
ORDER BY c0, c1 SETTINGS max_bytes_before_external_group_by = 400000000, ignore_data_skipping_indices = 'visitor_key', use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0
-- p0 = [1779926400000, 1780012800000]
-- p1 = 3
-- p2 = [1779926400000, 1780012800000]
-- p3 = 1780000000000
-- p4 = 7
-- p5 = 946684800000
-- p6 = 1780000000000
-- p7 = 'human'
-- p8 = 7
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = 'human'
-- p12 = 7
-- p13 = 1780000000000
-- p14 = 1780086400000
-- p15 = 'human'
-- p16 = [1779926400000, 1780012800000]
