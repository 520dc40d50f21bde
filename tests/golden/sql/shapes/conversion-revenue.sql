SELECT goal AS c0, paid_in AS c1, sum(revenue) AS c2
FROM (SELECT toString(currency) AS paid_in, revenue, arrayJoin(arrayFilter((place, matches) -> matches, [0, 1], [(path = {p0:String}), (if(event_type = 'custom', name, '') = {p1:String})
AND session IN (SELECT session AS c0
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p5:String})
GROUP BY c0
HAVING sum(sign) > 0)])) AS goal
FROM events
WHERE project_id = {p6:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND (traffic = {p9:String})
AND revenue != 0)
GROUP BY c0, c1
ORDER BY c0, c1
-- p0 = '/pricing'
-- p1 = 'signup'
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'search'
-- p6 = 7
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 'human'
