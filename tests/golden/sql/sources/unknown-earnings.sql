SELECT min(first) AS c0, max(last) AS c1, groupUniqArrayIf(key, NOT unknown) AS c2, unknown AS c3
FROM (SELECT earned = '?' AS unknown, if(unknown, 0, session) AS key, if(unknown, 0, toUnixTimestamp64Milli(start)) AS first, if(unknown, 0, toUnixTimestamp64Milli(end)) AS last
FROM sessions
WHERE project_id = {p2:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND earned != ''
AND ((bitAnd(varies, 16387) != 0)
OR (start < fromUnixTimestamp64Milli({p0:Int64}, 'UTC'))
OR (end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC'))
OR (NOT (length(earned) > 2)))
GROUP BY unknown, key, first, last
HAVING unknown
OR sum(sign) > 0
LIMIT {p5:UInt64})
GROUP BY intDiv(first, 3600000), unknown
-- p0 = 1780000000000
-- p1 = 1780086400000
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 11
