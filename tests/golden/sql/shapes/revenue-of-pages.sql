SELECT path AS c0, currency AS c1, sum(revenue) AS c2
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
AND revenue != 0
AND path IN {p4:Array(String)}
GROUP BY c0, c1
ORDER BY c0, c1
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = ['/', '/pricing']
