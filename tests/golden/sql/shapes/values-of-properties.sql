SELECT arrayJoin(arrayFilter(pair -> isNotNull(pair.2), arrayMap(name -> (name, JSONExtract(properties, name, 'Nullable(String)')), JSONExtractKeys(properties)))).1 AS c0, assumeNotNull(arrayJoin(arrayFilter(pair -> isNotNull(pair.2), arrayMap(name -> (name, JSONExtract(properties, name, 'Nullable(String)')), JSONExtractKeys(properties)))).2) AS c1, count() AS c2
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
AND arrayJoin(arrayFilter(pair -> isNotNull(pair.2), arrayMap(name -> (name, JSONExtract(properties, name, 'Nullable(String)')), JSONExtractKeys(properties)))).1 IN {p4:Array(String)}
GROUP BY c0, c1
ORDER BY c2 DESC, c1
LIMIT {p5:UInt64} BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = ['plan']
-- p5 = 10
