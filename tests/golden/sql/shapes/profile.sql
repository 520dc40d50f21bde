SELECT count() AS c0, countIf(event_type = 'pageview') AS c1, uniqExact(session) AS c2, toUnixTimestamp64Milli(min(timestamp)) AS c3, toUnixTimestamp64Milli(max(timestamp)) AS c4, argMax(replaceRegexpOne(country, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c5, argMax(replaceRegexpOne(browser, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c6, argMax(replaceRegexpOne(os, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c7, argMax(replaceRegexpOne(device, '^$', 'unknown'), (timestamp, full_id_hi, id_lo)) AS c8, argMinIf(path, (timestamp, full_id_hi, id_lo), (event_type = {p0:String})) AS c9, argMaxIf(path, (timestamp, full_id_hi, id_lo), (event_type = {p1:String})) AS c10, argMin(session, (timestamp, full_id_hi, id_lo)) AS c11
FROM events
WHERE project_id = {p2:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (traffic = {p5:String})
-- p0 = 'pageview'
-- p1 = 'pageview'
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'human'
