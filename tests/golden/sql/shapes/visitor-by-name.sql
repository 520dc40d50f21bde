SELECT path AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND visitor IN {p3:Array(UInt64)}
AND (if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')) IN ({p4:String}, {p5:String}))
AND (traffic = {p6:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = [81985529216486895, 10176691957563388837, 10538111016619399399]
-- p4 = '0123456789abcdef'
-- p5 = 'ann'
-- p6 = 'human'
