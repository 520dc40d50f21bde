SELECT DISTINCT project_id AS c0, {p1:String} AS c1
FROM events
WHERE project_id IN {p0:Array(UInt64)}
UNION ALL SELECT DISTINCT project_id AS c0, {p2:String} AS c1
FROM requests
WHERE project_id IN {p0:Array(UInt64)}
-- p0 = [7, 8]
-- p1 = 'events'
-- p2 = 'requests'
