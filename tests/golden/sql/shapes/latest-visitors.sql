SELECT visitor AS c0, toUnixTimestamp64Milli(max(timestamp)) AS c1, argMax(if(visitor_id != '', visitor_id, leftPad(lower(hex(visitor)), 16, '0')), (timestamp, full_id_hi, id_lo)) AS c2, argMax(replaceRegexpOne(country, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c3, argMax(region, (timestamp, full_id_hi, id_lo)) AS c4, argMax(city, (timestamp, full_id_hi, id_lo)) AS c5, argMax(latitude, (timestamp, full_id_hi, id_lo)) AS c6, argMax(longitude, (timestamp, full_id_hi, id_lo)) AS c7, argMax(path, (timestamp, full_id_hi, id_lo)) AS c8, argMax(replaceRegexpOne(browser, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c9, argMax(replaceRegexpOne(os, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c10, argMax(replaceRegexpOne(device, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c11
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
GROUP BY c0
ORDER BY c1 DESC, c2
LIMIT {p4:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = 20
