SELECT if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0')) AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0')) = {p3:String}
OR if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0')) LIKE {p4:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a%'
-- p4 = 'b%'

SELECT if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0')) AS c0
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0')) = {p3:String}
OR if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0')) LIKE {p4:String})
GROUP BY c0
HAVING sum(sign) > 0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a%'
-- p4 = 'b%'
