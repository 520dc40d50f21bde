SELECT replaceRegexpOne(os, '^$', 'unknown') AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(os, '^$', 'unknown') ILIKE {p3:String}
OR replaceRegexpOne(os, '^$', 'unknown') ILIKE {p4:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a\\%'
-- p4 = 'b%'

SELECT replaceRegexpOne(os, '^$', 'unknown') AS c0
FROM requests
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(os, '^$', 'unknown') ILIKE {p3:String}
OR replaceRegexpOne(os, '^$', 'unknown') ILIKE {p4:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a\\%'
-- p4 = 'b%'

SELECT replaceRegexpOne(os, '^$', 'unknown') AS c0
FROM engagements
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(os, '^$', 'unknown') ILIKE {p3:String}
OR replaceRegexpOne(os, '^$', 'unknown') ILIKE {p4:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a\\%'
-- p4 = 'b%'

SELECT replaceRegexpOne(os, '^$', 'unknown') AS c0
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(os, '^$', 'unknown') ILIKE {p3:String}
OR replaceRegexpOne(os, '^$', 'unknown') ILIKE {p4:String})
GROUP BY c0
HAVING sum(sign) > 0
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'a\\%'
-- p4 = 'b%'
