SELECT if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')) AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')) = {p3:String}
OR if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')) LIKE {p4:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a%'
-- p4 = 'b%'

SELECT if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')) AS c0
FROM engagements
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')) = {p3:String}
OR if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')) LIKE {p4:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a%'
-- p4 = 'b%'
