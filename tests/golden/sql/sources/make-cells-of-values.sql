INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, events) SETTINGS max_bytes_before_external_group_by = 300000000 SELECT project_id, {p6:String}, {p7:String}, toDateTime(intDiv(cell, 1000), 'UTC'), label, label_2, {p8:UInt64}, v_events
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p4:Array(Int64)}) AS cell, toString(arrayJoin(arrayFilter(pair -> isNotNull(pair.2), arrayMap(name -> (name, JSONExtract(properties, name, 'Nullable(String)')), JSONExtractKeys(properties)))).1) AS label, toString(assumeNotNull(arrayJoin(arrayFilter(pair -> isNotNull(pair.2), arrayMap(name -> (name, JSONExtract(properties, name, 'Nullable(String)')), JSONExtractKeys(properties)))).2)) AS label_2, count() AS v_events
FROM events
WHERE project_id IN {p0:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (traffic = {p3:String})
GROUP BY project_id, cell, label, label_2
LIMIT {p5:UInt64} BY project_id, cell)
-- p0 = [7, 8]
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'human'
-- p4 = [1779926400000, 1780012800000]
-- p5 = 2001
-- p6 = 'property_values'
-- p7 = 'day'
-- p8 = 99
