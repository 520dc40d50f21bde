SELECT DISTINCT project_id AS c0
FROM events
WHERE project_id IN {p0:Array(UInt64)}
-- p0 = [7, 8]
