SELECT path AS c0, toUnixTimestamp64Milli(timestamp) AS c1, full_id_hi AS c2, id_lo AS c3
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
AND timestamp <= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (timestamp < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
OR (full_id_hi, id_lo) < ({p5:UInt64}, {p6:UInt64}))
ORDER BY timestamp DESC, full_id_hi DESC, id_lo DESC
LIMIT {p7:UInt64} SETTINGS read_in_order_use_buffering = 0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 1780000360000
-- p5 = 5
-- p6 = 6
-- p7 = 101
