SELECT toUnixTimestamp64Milli(min(start)) AS c0, toUnixTimestamp64Milli(max(end)) AS c1, groupUniqArrayIf(session, NOT told) AS c2, groupUniqArrayIf(session, superseded) AS c3, countIf(told) AS c4
FROM (SELECT session, start, end, sign < 0 AS superseded, 0 AS told
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, start, end, sign < 0 AS superseded, NOT length(variants) <= 2 AS told
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
UNION ALL SELECT session, start, end, sign < 0 AS superseded, 0 AS told
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
UNION ALL SELECT session, start, end, sign < 0 AS superseded, 0 AS told
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
UNION ALL SELECT session, start, end, sign < 0 AS superseded, 0 AS told
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p5:Array(Int64)}) != roundDown(toUnixTimestamp64Milli(end), {p6:Array(Int64)}))
GROUP BY toStartOfHour(start), told
ORDER BY c0, told
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = [1779926400000, 1780012800000]
-- p6 = [1779926400000, 1780012800000]
