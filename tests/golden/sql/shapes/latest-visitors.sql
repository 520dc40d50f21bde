SELECT visitor AS c0, count() AS c1, toUnixTimestamp64Milli(max(timestamp)) AS c2, argMax(if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')), (timestamp, id_hi, id_lo)) AS c3
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
GROUP BY c0
ORDER BY c2 DESC, c3
LIMIT {p4:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 20
