SELECT visitor AS c0, argMax(replaceRegexpOne(country, '^$', 'unknown'), (timestamp, id_hi, id_lo)) AS c1, argMax(region, (timestamp, id_hi, id_lo)) AS c2, argMax(city, (timestamp, id_hi, id_lo)) AS c3, argMax(latitude, (timestamp, id_hi, id_lo)) AS c4, argMax(longitude, (timestamp, id_hi, id_lo)) AS c5, argMax(path, (timestamp, id_hi, id_lo)) AS c6, argMax(replaceRegexpOne(browser, '^$', 'unknown'), (timestamp, id_hi, id_lo)) AS c7, argMax(replaceRegexpOne(os, '^$', 'unknown'), (timestamp, id_hi, id_lo)) AS c8, argMax(replaceRegexpOne(device, '^$', 'unknown'), (timestamp, id_hi, id_lo)) AS c9
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND visitor IN {p3:Array(UInt64)}
AND (traffic = {p4:String})
GROUP BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = [5, 6]
-- p4 = 'human'
