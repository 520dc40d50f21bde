SELECT label.c0 AS c0, label.c1 AS c1, finalizeAggregation(label.c2) AS c2, count() OVER (), sum(label.c1) OVER (), uniqCombined64Merge(17)(label.c2) OVER ()
FROM (SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM (SELECT visitor, replaceRegexpOne(source, '^$', 'direct') AS c0, sum(sign) AS c1
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p3:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND (traffic = {p6:String}))
GROUP BY c0, visitor
HAVING sum(sign) > 0)
GROUP BY c0) AS label
ORDER BY c1 DESC, c0
LIMIT {p7:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 7
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = 'human'
-- p7 = 20
