SELECT toUInt8(greatest(bitTest(taken, 0), tupleHammingDistance(arrayFold((starts, time, step) -> (if(bitTest(step, 0), time, starts.1), greatest(starts.2, starts.1 * bitTest(step, 1) * (time - starts.1 <= {p11:UInt64}))), arrayMap(event -> event.1, events), arrayMap(event -> event.4, events), (toInt64(0), toInt64(0))), (toInt64(0), toInt64(0))))) AS c0, count() AS c1
FROM (SELECT visitor, groupBitOr(steps) AS taken, if(bitAnd(taken, 3) = 3, arraySort(arrayZip(groupArray(toUnixTimestamp64Milli(timestamp)), groupArray(full_id_hi), groupArray(id_lo), groupArray(steps))), []) AS events
FROM (SELECT visitor, timestamp, full_id_hi, id_lo, bitShiftLeft(toUInt64((path = {p0:String})), 0) + bitShiftLeft(toUInt64((if(event_type = 'custom', name, '') = {p1:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p5:String})
GROUP BY c0
HAVING sum(sign) > 0)), 1) AS steps
FROM events
WHERE project_id = {p6:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p9:String})
AND (traffic = {p10:String})
AND ((path = {p0:String})
OR (if(event_type = 'custom', name, '') = {p1:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p5:String})
GROUP BY c0
HAVING sum(sign) > 0)))
GROUP BY visitor)
GROUP BY c0
-- p0 = '/'
-- p1 = 'signup'
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'search'
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 'RO'
-- p10 = 'human'
-- p11 = 3600000
