SELECT level AS c0, count() AS c1
FROM (SELECT countEqual(arrayMap(at -> at > 0, arrayFold((starts, event) -> arrayMap((takes, own, before) -> if(takes
AND before > 0
AND event.1 - before <= {p6:UInt64}, greatest(own, before), own), event.4, starts, arrayPushFront(arrayPopBack(starts), event.1)), arraySort(groupArray((toUnixTimestamp64Milli(timestamp), id_hi, id_lo, taken))), arrayResize([toInt64(0)], 2))), 1) AS level
FROM (SELECT visitor, timestamp, id_hi, id_lo, [toUInt8((path = {p0:String})), toUInt8((if(event_type = 'custom', name, '') = {p1:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p5:String})
GROUP BY c0
HAVING sum(sign) > 0))] AS taken
FROM events
WHERE project_id = {p7:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p10:String})
AND (traffic = {p11:String}))
WHERE has(taken, 1)
GROUP BY visitor)
WHERE level > 0
GROUP BY c0
ORDER BY c0
-- p0 = '/'
-- p1 = 'signup'
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'search'
-- p6 = 3600000
-- p7 = 7
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = 'RO'
-- p11 = 'human'
