SELECT project_id AS c0, toString(grain) AS c1, zone AS c2, groupUniqArray(toInt64(toUnixTimestamp(bucket)) * 1000) AS c3
FROM rolled_up
WHERE source = {p0:String}
GROUP BY project_id, grain, zone
ORDER BY c0, c1, c2
-- p0 = 'events'
