SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, count() AS c1
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
AND replaceRegexpOne(country, '^$', 'unknown') IN {p4:Array(String)}
GROUP BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = ['RO', 'unknown']
