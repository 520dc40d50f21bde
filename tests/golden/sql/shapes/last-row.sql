SELECT toUnixTimestamp64Milli(timestamp) AS c0
FROM requests
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
ORDER BY timestamp DESC
LIMIT {p3:UInt64} SETTINGS read_in_order_use_buffering = 0
-- p0 = 7
-- p1 = 946684800000
-- p2 = 7258118400000
-- p3 = 1
