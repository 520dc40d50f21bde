INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, sessions, bounces, duration_ms, reaching) SELECT project_id, {p18:String}, {p19:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p20:UInt64}, v_sessions, v_bounces, v_duration_ms, v_reaching
FROM (SELECT project_id, cell, '' AS label, '' AS label_2, sum(sessions) AS v_sessions, sum(bounces) AS v_bounces, sum(duration_ms) AS v_duration_ms, sum(reaching) AS v_reaching
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(start), {p5:Array(Int64)}) AS cell, sum(sign) AS sessions, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS bounces, sum(sign * dateDiff('millisecond', start, end)) AS duration_ms, 0 AS reaching
FROM sessions
WHERE project_id IN {p0:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND source_table = 'events'
AND (traffic = {p3:String})
AND NOT bitAnd(varies, 32767) != 0
AND start >= fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
GROUP BY project_id, cell
UNION ALL SELECT project_id, cell, 0 AS sessions, 0 AS bounces, 0 AS duration_ms, sum(sign) AS reaching
FROM (SELECT project_id, sign, arrayJoin(arrayFilter(at -> toUnixTimestamp64Milli(start) < at
AND toUnixTimestamp64Milli(end) >= at, {p4:Array(Int64)})) AS cell
FROM sessions
WHERE project_id IN {p0:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND source_table = 'events'
AND (traffic = {p3:String})
AND NOT bitAnd(varies, 32767) != 0
AND notEmpty(arrayFilter(at -> toUnixTimestamp64Milli(start) < at
AND toUnixTimestamp64Milli(end) >= at, {p4:Array(Int64)})))
GROUP BY project_id, cell
UNION ALL SELECT project_id, roundDown(toUnixTimestamp64Milli(start), {p7:Array(Int64)}) AS cell, sum(sign) AS sessions, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS bounces, sum(sign * dateDiff('millisecond', start, end)) AS duration_ms, 0 AS reaching
FROM sessions
WHERE project_id IN {p10:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND source_table = 'events'
AND bitAnd(varies, 32767) != 0
AND start >= fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p16:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p17:Array(Int64)})
AND (project_id, session) IN (SELECT project_id, session
FROM events
WHERE project_id IN {p10:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND (traffic = {p13:String})
AND session IN (SELECT session
FROM sessions
WHERE project_id IN {p10:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND source_table = 'events'
AND bitAnd(varies, 32767) != 0))
GROUP BY project_id, cell)
GROUP BY project_id, cell) SETTINGS max_bytes_before_external_group_by = 300000000
-- p0 = [7, 8]
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = [1779926400000, 1780012800000]
-- p5 = [1779926400000, 1780012800000]
-- p6 = 1779926400000
-- p7 = [1779926400000, 1780012800000]
-- p8 = 1780000000000
-- p9 = 1780086400000
-- p10 = [7, 8]
-- p11 = 1780000000000
-- p12 = 1780086400000
-- p13 = 'human'
-- p14 = 1779926400000
-- p15 = 1780086400000
-- p16 = [1779926400000, 1780012800000]
-- p17 = [1779926400000, 1780012800000]
-- p18 = 'sessions'
-- p19 = 'day'
-- p20 = 99
