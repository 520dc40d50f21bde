INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, events, visitors, counted) SETTINGS max_bytes_before_external_group_by = 300000000 SELECT project_id, {p6:String}, {p7:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p8:UInt64}, v_events, v_visitors, v_counted
FROM (SELECT project_id, cell, label, label_2, count() AS v_events, uniqCombined64StateIf(17)(visitor, most) AS v_visitors, any(most) AS v_counted
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p4:Array(Int64)}) AS cell, toString(path) AS label, '' AS label_2, visitor, (project_id, cell, label, label_2) IN (SELECT project_id, cell, label, label_2
FROM (SELECT project_id, cell, label, label_2, count() AS rows
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p4:Array(Int64)}) AS cell, toString(path) AS label, '' AS label_2
FROM events
WHERE project_id IN {p0:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (event_type = {p3:String}))
GROUP BY project_id, cell, label, label_2)
ORDER BY rows DESC, label
LIMIT {p5:UInt64} BY project_id, cell) AS most
FROM events
WHERE project_id IN {p0:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (event_type = {p3:String}))
GROUP BY project_id, cell, label, label_2)
-- p0 = [7, 8]
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'pageview'
-- p4 = [1779926400000, 1780012800000]
-- p5 = 40
-- p6 = 'pages'
-- p7 = 'day'
-- p8 = 99
