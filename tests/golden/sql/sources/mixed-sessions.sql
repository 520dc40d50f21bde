SELECT toUnixTimestamp64Milli(min(start)) AS c0, toUnixTimestamp64Milli(max(end)) AS c1, groupUniqArrayIf(session, NOT told) AS c2, groupUniqArrayIf(session, superseded) AS c3, countIf(told) AS c4
FROM (SELECT session, start, end, 0 AS superseded, 0 AS told
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC'))
AND bitAnd(varies, 16385) != 0
AND NOT (roundDown(toUnixTimestamp64Milli(start), {p7:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p8:Array(Int64)})
AND start >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND (roundDown(toUnixTimestamp64Milli(start), {p5:Array(Int64)}) IN {p6:Array(Int64)}
OR NOT length(variants) <= 2))
GROUP BY session, start, end
HAVING sum(sign) > 0)
GROUP BY toStartOfHour(start), told
ORDER BY c0, told
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 1780012800000
-- p4 = 1780016400000
-- p5 = [1779926400000, 1780012800000]
-- p6 = [1779926400000]
-- p7 = [1779926400000, 1780012800000]
-- p8 = [1779926400000, 1780012800000]
-- p9 = 1779926400000
