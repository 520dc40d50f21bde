INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, hits, first, last, answered, failed, bytes, durations, visitors, counted) SETTINGS max_bytes_before_external_group_by = 300000000 SELECT project_id, {p4:String}, {p5:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p6:UInt64}, v_hits, v_first, v_last, v_answered, v_failed, v_bytes, v_durations, v_visitors, v_counted
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p3:Array(Int64)}) AS cell, toString(endpoint) AS label, toString(method) AS label_2, count() AS v_hits, toUnixTimestamp64Milli(min(timestamp)) AS v_first, toUnixTimestamp64Milli(max(timestamp)) AS v_last, countIf(status > 0) AS v_answered, countIf(status >= 400) AS v_failed, sum(bytes) AS v_bytes, quantilesBFloat16StateIf(0.5, 0.95, 0.99)(duration_us, duration_us > 0) AS v_durations, uniqCombined64State(17)(visitor) AS v_visitors, 1 AS v_counted
FROM requests
WHERE project_id IN {p0:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
GROUP BY project_id, cell, label, label_2)
-- p0 = [7, 8]
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = [1779926400000, 1780012800000]
-- p4 = 'endpoints'
-- p5 = 'month'
-- p6 = 99
