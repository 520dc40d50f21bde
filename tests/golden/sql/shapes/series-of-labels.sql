SELECT roundDown(toUnixTimestamp64Milli(timestamp), {p0:Array(Int64)}) AS c0, if(event_type = 'custom', name, '') AS c1, count() AS c2
FROM events
WHERE project_id = {p1:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND (event_type = {p4:String})
AND (traffic = {p5:String})
AND if(event_type = 'custom', name, '') IN {p6:Array(String)}
GROUP BY c0, c1
-- p0 = [1779926400000, 1780012800000]
-- p1 = 7
-- p2 = 1780000000000
-- p3 = 1780086400000
-- p4 = 'custom'
-- p5 = 'human'
-- p6 = ['signup']
