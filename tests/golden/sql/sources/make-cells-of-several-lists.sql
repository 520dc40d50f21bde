INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, events, visitors, counted) SETTINGS max_bytes_before_external_group_by = 300000000 SELECT project_id, {p5:String}, {p6:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p7:UInt64}, v_events, v_visitors, v_counted
FROM (SELECT project_id, cell, label, label_2, count() AS v_events, uniqCombined64StateIf(17)(visitor, most) AS v_visitors, any(most) AS v_counted
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p3:Array(Int64)}) AS cell, toString(path) AS label, '' AS label_2, visitor, (project_id, cell, label, label_2) IN (SELECT project_id, cell, label, label_2
FROM (SELECT project_id, cell, label, label_2, count() AS rows
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p3:Array(Int64)}) AS cell, toString(path) AS label, '' AS label_2
FROM events
WHERE project_id IN {p0:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC'))
GROUP BY project_id, cell, label, label_2)
ORDER BY rows DESC, label
LIMIT {p4:UInt64} BY project_id, cell) AS most
FROM events
WHERE project_id IN {p0:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC'))
GROUP BY project_id, cell, label, label_2)
UNION ALL SELECT project_id, {p12:String}, {p13:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p14:UInt64}, v_events, v_visitors, v_counted
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p11:Array(Int64)}) AS cell, toString(replaceRegexpOne(country, '^$', 'unknown')) AS label, '' AS label_2, count() AS v_events, uniqCombined64State(17)(visitor) AS v_visitors, 1 AS v_counted
FROM events
WHERE project_id IN {p8:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
GROUP BY project_id, cell, label, label_2)
-- p0 = [7, 8]
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = [1779926400000, 1780012800000]
-- p4 = 40
-- p5 = 'pages'
-- p6 = 'day'
-- p7 = 99
-- p8 = [7, 8]
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = [1779926400000, 1780012800000]
-- p12 = 'countries'
-- p13 = 'day'
-- p14 = 99
