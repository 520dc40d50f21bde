SELECT session AS c0, any(if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0'))) AS c1, toUInt64(toUnixTimestamp64Milli(min(timestamp))) AS c2
FROM events
WHERE project_id = {p6:UInt64}
AND visitor IN {p5:Array(UInt64)}
AND batch <= {p7:UInt64}
AND session IN (SELECT session AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND visitor IN {p3:Array(UInt64)}
AND (traffic = {p4:String}))
GROUP BY c0
HAVING (c2, c1) < ({p8:UInt64}, {p9:String})
ORDER BY c2 DESC, c1 DESC
LIMIT {p10:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = [5]
-- p4 = 'human'
-- p5 = [5]
-- p6 = 7
-- p7 = 77
-- p8 = 1780000360000
-- p9 = 's-1'
-- p10 = 21
