SELECT project_id AS c0, toInt64(toUnixTimestamp(bucket)) * 1000 AS c1
FROM rollups
WHERE project_id IN {p0:Array(UInt64)}
AND rollup = {p1:String}
AND grain = {p2:String}
AND version = {p3:UInt64}
GROUP BY project_id, bucket
HAVING count() > {p4:UInt64}
-- p0 = [7, 8]
-- p1 = 'property_values'
-- p2 = 'day'
-- p3 = 99
-- p4 = 2000
