SELECT sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS c0
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
