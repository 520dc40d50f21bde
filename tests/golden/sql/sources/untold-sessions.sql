SELECT toUnixTimestamp64Milli(min(start)) AS c0, toUnixTimestamp64Milli(max(end)) AS c1, groupUniqArrayIf(session, NOT told) AS c2, groupUniqArrayIf(session, superseded) AS c3, countIf(told) AS c4
FROM (SELECT session, start, end, 0 AS superseded, 0 AS told
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND earned != ''
AND ((bitAnd(varies, 16387) != 0)
OR (start < fromUnixTimestamp64Milli({p0:Int64}, 'UTC'))
OR (end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC'))
OR (length(earned) <= 2))
GROUP BY session, start, end
HAVING sum(sign) > 0)
GROUP BY toStartOfHour(start), told
ORDER BY c0, told
-- p0 = 1780000000000
-- p1 = 1780086400000
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
