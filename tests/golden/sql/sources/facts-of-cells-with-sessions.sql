SELECT (SELECT count()
FROM events
WHERE project_id = {p0:UInt64}
AND (timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
OR timestamp >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p4:Int64}, 'UTC'))) AS c0, sum(sign) AS c1
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND (start >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
OR start >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC'))
AND (traffic = {p5:String}
OR bitAnd(varies, 16385) != 0)
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'human'
