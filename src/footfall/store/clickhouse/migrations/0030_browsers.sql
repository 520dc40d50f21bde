-- Roll-ups of requests by browser had the name of those of events, so that one replaced rows of the other. They have a name
-- of their own now; weeks and months of events are made again where requests have the same, and there are events to make
-- them of.

INSERT INTO touched (project_id, source, hour, stamp)
SELECT project_id, source, toStartOfHour(until - INTERVAL 1 SECOND), toUInt64(toUnixTimestamp64Micro(now64(6, 'UTC')))
FROM rolled_up
INNER JOIN (SELECT project_id, min(timestamp) AS first FROM events GROUP BY project_id) AS stored USING (project_id)
WHERE source = 'events' AND grain IN ('week', 'month') AND until > first
  AND (project_id, grain, bucket) IN (SELECT project_id, grain, bucket FROM rolled_up WHERE source = 'requests');
