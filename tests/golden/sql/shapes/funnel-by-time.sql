SELECT if(tied, 0, toUInt8(bitTest(taken, 0) + (chains.2 > 0))) AS c0, count() AS c1, groupArrayIf({p0:UInt64})(visitor, tied) AS c2
FROM (SELECT visitor, taken, arrayFold((starts, event) -> (if(bitTest(event, 0), toInt64(intDiv(event, 4)), starts.1), if(bitTest(event, 1)
AND starts.1 > 0
AND toInt64(intDiv(event, 4)) - starts.1 <= {p13:UInt64}, greatest(starts.2, starts.1), starts.2)), events, (toInt64(0), toInt64(0))) AS chains, arrayExists((event, before) -> event != before
AND intDiv(event, 4) = intDiv(before, 4), events, arrayPopBack(arrayPushFront(events, 0))) AS tied
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
GROUP BY c0 SETTINGS max_bytes_before_external_group_by = 450000000
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
