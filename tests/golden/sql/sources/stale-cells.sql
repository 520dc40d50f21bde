SELECT project_id AS c0, toString(grain) AS c1, zone_name AS c2, toInt64(toUnixTimestamp(bucket)) * 1000 AS c3, toInt64(toUnixTimestamp(till)) * 1000 AS c4, made AS c5
FROM (SELECT project_id, grain, bucket, argMax(zone, version) AS zone_name, argMax(until, version) AS till, argMax(stamp, (version, stamp)) AS made, argMax(rollups, version) AS names
FROM rolled_up
WHERE source = {p0:String}
AND grain = {p1:String}
GROUP BY project_id, grain, bucket)
WHERE made != 18446744073709551615
AND (NOT (hasAll(names, {p2:Array(String)})
OR has(names, 'small'))
OR (project_id, grain, bucket) IN (SELECT project_id, grain, bucket
FROM (SELECT project_id, grain, bucket, argMax(zone, version) AS zone_name, argMax(until, version) AS till, argMax(stamp, (version, stamp)) AS made, argMax(rollups, version) AS names
FROM rolled_up
WHERE source = {p0:String}
AND grain = {p1:String}
GROUP BY project_id, grain, bucket) AS made_before JOIN (SELECT project_id, hour, max(stamp) AS newest
FROM touched
WHERE source = {p0:String}
GROUP BY project_id, hour) AS late USING (project_id)
WHERE hour < till
AND addHours(hour, 1) > bucket
AND newest > made))
ORDER BY c0, c1, c3
-- p0 = 'events'
-- p1 = 'day'
-- p2 = ['events', 'pages']
