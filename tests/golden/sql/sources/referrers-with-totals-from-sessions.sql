SELECT label.c0 AS c0, label.c1 AS c1, finalizeAggregation(label.c2) AS c2, count() OVER (), sum(label.c1) OVER (), uniqCombined64Merge(17)(label.c2) OVER ()
FROM (SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64MergeState(17)(c2) AS c2
FROM (SELECT replaceRegexpOne(source, '^$', 'direct') AS c0, toInt64(count()) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND bitAnd(varies, 16387) = 0
GROUP BY c0)
GROUP BY c0
HAVING c1 > 0) AS label
ORDER BY c1 DESC, c0
LIMIT {p3:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 20
