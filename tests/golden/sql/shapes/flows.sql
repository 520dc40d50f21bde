SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT any(visitor) AS visitor, arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArray(toUnixTimestamp64Milli(timestamp)), groupArray(full_id_hi), groupArray(id_lo), groupArray(toString(path)))), 1, {p13:UInt64})) AS steps
FROM events
WHERE project_id = {p14:UInt64}
AND timestamp >= (SELECT min(start)
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC'))
AND timestamp <= (SELECT max(end)
FROM sessions
WHERE project_id = {p9:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p11:Int64}, 'UTC'))
AND (event_type = {p12:String})
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p3:String})
AND (traffic = {p4:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p5:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p8:String})
GROUP BY c0
HAVING sum(sign) > 0))
GROUP BY session)
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p15:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'RO'
-- p4 = 'human'
-- p5 = 7
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 'search'
-- p9 = 7
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 'pageview'
-- p13 = 3
-- p14 = 7
-- p15 = 20
