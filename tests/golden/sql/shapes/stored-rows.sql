SELECT t AS c0, n AS c1, a AS c2, b AS c3
FROM (SELECT 'events' AS t, count() AS n, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(min(timestamp)))) AS a, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(max(timestamp)))) AS b
FROM events
WHERE project_id = {p0:UInt64}
UNION ALL SELECT 'requests' AS t, count() AS n, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(min(timestamp)))) AS a, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(max(timestamp)))) AS b
FROM requests
WHERE project_id = {p1:UInt64}
UNION ALL SELECT 'sessions' AS t, count() AS n, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(min(start)))) AS a, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(max(start)))) AS b
FROM sessions
WHERE project_id = {p2:UInt64}
UNION ALL SELECT 'proxy_logs' AS t, count() AS n, if(count() = 0, 0, toInt64(toInt64(toUnixTimestamp(min(timestamp))) * 1000)) AS a, if(count() = 0, 0, toInt64(toInt64(toUnixTimestamp(max(timestamp))) * 1000)) AS b
FROM proxy_logs
WHERE project_id = {p3:UInt64}
UNION ALL SELECT 'engagements' AS t, count() AS n, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(min(timestamp)))) AS a, if(count() = 0, 0, toInt64(toUnixTimestamp64Milli(max(timestamp)))) AS b
FROM engagements
WHERE project_id = {p4:UInt64}
UNION ALL SELECT 'rollups' AS t, count() AS n, if(count() = 0, 0, toInt64(toInt64(toUnixTimestamp(min(bucket))) * 1000)) AS a, if(count() = 0, 0, toInt64(toInt64(toUnixTimestamp(max(bucket))) * 1000)) AS b
FROM rollups
WHERE project_id = {p5:UInt64}
UNION ALL SELECT 'recent_rollups' AS t, count() AS n, if(count() = 0, 0, toInt64(toInt64(toUnixTimestamp(min(bucket))) * 1000)) AS a, if(count() = 0, 0, toInt64(toInt64(toUnixTimestamp(max(bucket))) * 1000)) AS b
FROM recent_rollups
WHERE project_id = {p6:UInt64})
ORDER BY c0
-- p0 = 7
-- p1 = 7
-- p2 = 7
-- p3 = 7
-- p4 = 7
-- p5 = 7
-- p6 = 7
