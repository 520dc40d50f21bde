SELECT cohort AS c0, arrayJoin(buckets) AS c1, count() AS c2
FROM (SELECT roundDown(toUnixTimestamp64Milli(min(timestamp)), {p8:Array(Int64)}) AS cohort, groupUniqArray(roundDown(toUnixTimestamp64Milli(timestamp), {p9:Array(Int64)})) AS buckets
FROM events
WHERE project_id = {p4:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
AND (traffic = {p7:String})
AND visitor NOT IN (SELECT visitor
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String}))
GROUP BY visitor)
GROUP BY c0, c1
ORDER BY c0, c1
-- p0 = 7
-- p1 = 946684800000
-- p2 = 1780000000000
-- p3 = 'human'
-- p4 = 7
-- p5 = 1780000000000
-- p6 = 1780086400000
-- p7 = 'human'
-- p8 = [1779926400000, 1780012800000]
-- p9 = [1779926400000, 1780012800000]
