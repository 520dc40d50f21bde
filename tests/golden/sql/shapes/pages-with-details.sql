SELECT path AS c0, countIf((event_type = {p0:String})) AS c1, uniqCombined64If(17)(visitor, (event_type = {p0:String})) AS c2, sumMapIf(map(toString(currency), revenue), revenue != 0) AS c3, sumMapIf(map(roundDown(toUnixTimestamp64Milli(timestamp), {p7:Array(Int64)}), 1), (event_type = {p0:String})) AS c4
FROM events
WHERE project_id = {p1:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p4:String})
AND (traffic = {p5:String})
AND path ILIKE {p6:String}
AND ((event_type = {p0:String})
OR revenue != 0)
GROUP BY c0
HAVING c1 > 0
ORDER BY c1 DESC, c0
LIMIT {p8:UInt64} OFFSET {p9:UInt64}
-- p0 = 'pageview'
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 'RO'
-- p5 = 'human'
-- p6 = '%blog%'
-- p7 = [1779926400000, 1780012800000]
-- p8 = 20
-- p9 = 20
