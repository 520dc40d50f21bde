SELECT DISTINCT project_id AS c0, arrayJoin(arrayFilter(at -> at >= roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)})
AND at <= toUnixTimestamp64Milli(end), {p0:Array(Int64)})) AS c1
FROM sessions
WHERE project_id IN {p3:Array(UInt64)}
AND source_table = 'events'
AND bitAnd(varies, 16385) != 0
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND (start < fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
OR end >= fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
OR length(arrayFilter(at -> at >= roundDown(toUnixTimestamp64Milli(start), {p0:Array(Int64)})
AND at <= toUnixTimestamp64Milli(end), {p0:Array(Int64)})) > 1)
-- p0 = [1779926400000, 1780012800000]
-- p1 = 1779926400000
-- p2 = 1780086400000
-- p3 = [7, 8]
-- p4 = 1780000000000
-- p5 = 1780086400000
