SELECT label.c0 AS c0, label.c1 AS c1, finalizeAggregation(label.c2) AS c2, label.c3 AS c3, label.c4 AS c4, count() OVER (), sum(label.c1) OVER (), uniqCombined64Merge(17)(label.c2) OVER ()
FROM (SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, countIf(1) AS c1, uniqCombined64State(17)(visitor) AS c2, sumMapIf(map(toString(currency), revenue), revenue != 0) AS c3, map() AS c4
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
GROUP BY c0
HAVING c1 > 0) AS label
ORDER BY c1 DESC, c0
LIMIT {p4:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 20
