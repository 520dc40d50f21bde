SELECT steps AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM (SELECT any(visitor) AS visitor, arrayMap(page -> page.4, arraySlice(arraySort(arrayZip(groupArray(toUnixTimestamp64Milli(timestamp)), groupArray(full_id_hi), groupArray(id_lo), groupArray(toString(path)))), 1, {p8:UInt64})) AS steps
FROM events
WHERE project_id = {p9:UInt64}
AND timestamp >= (SELECT min(start)
FROM sessions
WHERE project_id = {p4:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC'))
AND timestamp <= (SELECT max(end)
FROM sessions
WHERE project_id = {p4:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC'))
AND (event_type = {p7:String})
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String}))
GROUP BY session)
WHERE steps IN {p10:Array(Array(String))}
GROUP BY c0
ORDER BY c1 DESC, c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'pageview'
-- p8 = 2
-- p9 = 7
-- p10 = [['/', '/pricing'], ['/']]
