SELECT cohort AS c0, arrayJoin(buckets) AS c1, count() AS c2
FROM (SELECT roundDown(toUnixTimestamp64Milli(min(timestamp)), {p0:Array(Int64)}) AS cohort, groupUniqArray(roundDown(toUnixTimestamp64Milli(timestamp), {p1:Array(Int64)})) AS buckets
FROM events
WHERE project_id = {p2:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p3:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND (traffic = {p5:String})
AND visitor NOT IN (SELECT visitor
FROM events
WHERE project_id = {p6:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p8:Int64}, 'UTC')
AND (traffic = {p9:String}))
GROUP BY visitor)
GROUP BY c0, c1
ORDER BY c0, c1
-- p0 = [1779926400000, 1780012800000]
-- p1 = [1779926400000, 1780012800000]
-- p2 = 7
-- p3 = 1780000000000
-- p4 = 1780086400000
-- p5 = 'human'
-- p6 = 7
-- p7 = 946684800000
-- p8 = 1780000000000
-- p9 = 'human'
