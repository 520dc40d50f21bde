INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, sessions, reaching, visitors, counted) SETTINGS max_bytes_before_external_group_by = 300000000 SELECT project_id, {p15:String}, {p16:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p17:UInt64}, v_sessions, v_reaching, v_visitors, v_counted
FROM (SELECT project_id, cell, label, label_2, sum(sessions_left) AS v_sessions, sum(reaching_left) AS v_reaching, uniqCombined64StateIf(17)(visitor, most) AS v_visitors, any(most) AS v_counted
FROM (SELECT *, (project_id, cell, label, label_2) IN (SELECT project_id, cell, label, label_2
FROM (SELECT project_id, cell, label, label_2, count() AS rows
FROM (SELECT project_id, cell, label, label_2, visitor, sumIf(sign, begun) AS sessions_left, sumIf(sign, NOT begun) AS reaching_left
FROM (SELECT *, arrayJoin(arrayFilter(at -> at >= roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)})
AND at <= toUnixTimestamp64Milli(end), {p0:Array(Int64)})) AS cell, toUnixTimestamp64Milli(start) >= cell AS begun, toString(replaceRegexpOne(source, '^$', 'direct')) AS label, '' AS label_2
FROM sessions
WHERE project_id IN {p6:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND source_table = 'events'
AND (replaceRegexpOne(channel, '^$', 'direct') = {p9:String})
AND ((NOT bitAnd(varies, 16385) != 0
AND (traffic = {p1:String}))
OR (bitAnd(varies, 16385) != 0
AND start >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p5:Array(Int64)})
AND (project_id, session) IN (SELECT project_id, session
FROM events
WHERE project_id IN {p10:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND (traffic = {p13:String})
AND session IN (SELECT session
FROM sessions
WHERE project_id IN {p6:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND source_table = 'events'
AND (replaceRegexpOne(channel, '^$', 'direct') = {p9:String})
AND bitAnd(varies, 16385) != 0
AND start >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p5:Array(Int64)}))))))
GROUP BY project_id, cell, label, label_2, visitor
HAVING sum(sign) > 0)
GROUP BY project_id, cell, label, label_2)
ORDER BY rows DESC, label
LIMIT {p14:UInt64} BY project_id, cell) AS most
FROM (SELECT project_id, cell, label, label_2, visitor, sumIf(sign, begun) AS sessions_left, sumIf(sign, NOT begun) AS reaching_left
FROM (SELECT *, arrayJoin(arrayFilter(at -> at >= roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)})
AND at <= toUnixTimestamp64Milli(end), {p0:Array(Int64)})) AS cell, toUnixTimestamp64Milli(start) >= cell AS begun, toString(replaceRegexpOne(source, '^$', 'direct')) AS label, '' AS label_2
FROM sessions
WHERE project_id IN {p6:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND source_table = 'events'
AND (replaceRegexpOne(channel, '^$', 'direct') = {p9:String})
AND ((NOT bitAnd(varies, 16385) != 0
AND (traffic = {p1:String}))
OR (bitAnd(varies, 16385) != 0
AND start >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p5:Array(Int64)})
AND (project_id, session) IN (SELECT project_id, session
FROM events
WHERE project_id IN {p10:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND (traffic = {p13:String})
AND session IN (SELECT session
FROM sessions
WHERE project_id IN {p6:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND source_table = 'events'
AND (replaceRegexpOne(channel, '^$', 'direct') = {p9:String})
AND bitAnd(varies, 16385) != 0
AND start >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p5:Array(Int64)}))))))
GROUP BY project_id, cell, label, label_2, visitor
HAVING sum(sign) > 0))
GROUP BY project_id, cell, label, label_2)
-- p0 = [1779926400000, 1780012800000]
-- p1 = 'human'
-- p2 = 1779926400000
-- p3 = 1780086400000
-- p4 = [1779926400000, 1780012800000]
-- p5 = [1779926400000, 1780012800000]
-- p6 = [7, 8]
-- p7 = 1780000000000
-- p8 = 1780086400000
-- p9 = 'search'
-- p10 = [7, 8]
-- p11 = 1780000000000
-- p12 = 1780086400000
-- p13 = 'human'
-- p14 = 40
-- p15 = 'referrers'
-- p16 = 'day'
-- p17 = 99
