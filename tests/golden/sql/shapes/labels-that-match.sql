SELECT count() AS c0
FROM (SELECT path AS c0, count() AS c1
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (event_type = {p3:String})
AND (traffic = {p4:String})
AND path ILIKE {p5:String}
GROUP BY c0)
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'pageview'
-- p4 = 'human'
-- p5 = '%50\\%\\_off%'
