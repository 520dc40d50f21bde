SELECT project_id AS c0, toUnixTimestamp64Milli(min(timestamp)) AS c1
FROM events
GROUP BY project_id
ORDER BY c0
