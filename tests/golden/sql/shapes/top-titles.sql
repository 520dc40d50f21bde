SELECT title AS c0, count() AS c1, uniqCombined64(17)(visitor) AS c2
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (event_type = {p3:String})
AND NOT (title = {p4:String})
AND (traffic = {p5:String})
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p6:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'pageview'
-- p4 = ''
-- p5 = 'human'
-- p6 = 20
