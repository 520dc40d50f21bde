SELECT toUnixTimestamp64Milli(min(start)) AS c0, toUnixTimestamp64Milli(max(end)) AS c1, groupUniqArray(session) AS c2, groupUniqArrayIf(session, superseded) AS c3
FROM (SELECT session, start, end, 0 AS superseded
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND bitAnd(varies, 32767) != 0
GROUP BY session, start, end
HAVING sum(sign) > 0)
GROUP BY toStartOfHour(start)
ORDER BY c0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
