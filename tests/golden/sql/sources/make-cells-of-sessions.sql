INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, sessions, bounces, duration_ms, reaching, reaching_bounces, reaching_duration_ms) SETTINGS max_bytes_before_external_group_by = 300000000 SELECT project_id, {p13:String}, {p14:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p15:UInt64}, v_sessions, v_bounces, v_duration_ms, v_reaching, v_reaching_bounces, v_reaching_duration_ms
FROM (SELECT project_id, cell, label, label_2, sumIf(sign, begun) AS v_sessions, sumIf(sign * (pageviews = 1
AND events = 1 + passive_events), begun) AS v_bounces, sumIf(sign * dateDiff('millisecond', start, end), begun) AS v_duration_ms, sumIf(sign, NOT begun) AS v_reaching, sumIf(sign * (pageviews = 1
AND events = 1 + passive_events), NOT begun) AS v_reaching_bounces, sumIf(sign * dateDiff('millisecond', start, end), NOT begun) AS v_reaching_duration_ms
FROM (SELECT *, arrayJoin(arrayFilter(at -> at >= roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)})
AND at <= toUnixTimestamp64Milli(end), {p0:Array(Int64)})) AS cell, toUnixTimestamp64Milli(start) >= cell AS begun, toString('') AS label, '' AS label_2
FROM sessions
WHERE project_id IN {p6:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND source_table = 'events'
AND ((NOT bitAnd(varies, 16385) != 0
AND (traffic = {p1:String}))
OR (bitAnd(varies, 16385) != 0
AND start >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p5:Array(Int64)})
AND (project_id, session) IN (SELECT project_id, session
FROM events
WHERE project_id IN {p9:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p11:Int64}, 'UTC')
AND (traffic = {p12:String})
AND session IN (SELECT session
FROM sessions
WHERE project_id IN {p6:Array(UInt64)}
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND source_table = 'events'
AND bitAnd(varies, 16385) != 0
AND start >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND roundDown(toUnixTimestamp64Milli(start), {p4:Array(Int64)}) = roundDown(toUnixTimestamp64Milli(end), {p5:Array(Int64)}))))))
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
-- p9 = [7, 8]
-- p10 = 1780000000000
-- p11 = 1780086400000
-- p12 = 'human'
-- p13 = 'sessions'
-- p14 = 'day'
-- p15 = 99
