SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p0:Array(Int64)}) AS c0, countIf(event_type = 'pageview') AS c1
FROM events
WHERE project_id = {p1:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (traffic = {p4:String})
GROUP BY c0
ORDER BY c0
-- p0 = [1779926400000, 1780012800000]
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 'human'
