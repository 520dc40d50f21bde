SELECT level AS c0, countIf(NOT tied) AS c1, groupArrayIf({p0:UInt64})(visitor, tied) AS c2
FROM (SELECT visitor, countEqual(arrayDifference(arrayMap(event -> toInt64(intDiv(event, 4)), events)), 0) > 1 AS tied, if(tied, 0, toUInt8(greatest(bitTest(taken, 0), tupleHammingDistance(arrayFold((starts, time, step) -> (if(bitTest(step, 0), time, starts.1), greatest(starts.2, starts.1 * bitTest(step, 1) * (time - starts.1 <= {p13:UInt64}))), arrayMap(event -> toInt64(intDiv(event, 4)), events), arrayMap(event -> event % 4, events), (toInt64(0), toInt64(0))), (toInt64(0), toInt64(0)))))) AS level
FROM (SELECT visitor, groupBitOr(steps) AS taken, if(bitAnd(taken, 3) = 3, arraySort(groupArray(toUInt64(toUnixTimestamp64Milli(timestamp)) * 4 + steps)), []) AS events
FROM (SELECT visitor, timestamp, full_id_hi, id_lo, bitShiftLeft(toUInt64((path = {p1:String})), 0) + bitShiftLeft(toUInt64((if(event_type = 'custom', name, '') = {p2:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p6:String})
GROUP BY c0
HAVING sum(sign) > 0)), 1) AS steps
FROM events
WHERE project_id = {p7:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (traffic = {p10:String})
AND ((path = {p1:String})
OR (if(event_type = 'custom', name, '') = {p2:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p6:String})
GROUP BY c0
HAVING sum(sign) > 0))
AND visitor % {p11:UInt64} = {p12:UInt64})
GROUP BY visitor))
GROUP BY c0
-- p0 = 1000
-- p1 = '/pricing'
-- p2 = 'signup'
-- p3 = 7
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = 'search'
-- p7 = 7
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 'human'
-- p11 = 3
-- p12 = 1
-- p13 = 1800000
