SELECT c0 AS c0, sum(c1) AS c1, uniqCombined64Merge(17)(c2) AS c2
FROM (SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, toInt64(sum(events)) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND session NOT IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND length(variants) <= 2
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p6:Int64}, 'UTC')
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p3:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND end >= fromUnixTimestamp64Milli({p7:Int64}, 'UTC')))
AND bitAnd(varies, 16387) = 0
GROUP BY c0
UNION ALL SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, toInt64(count()) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM (SELECT project_id, visitor, session, session_id, start AS timestamp, variant.traffic AS traffic, variant.country AS country, variant.region AS region, variant.city AS city, variant.browser AS browser, variant.os AS os, variant.device AS device, variant.language AS language, variant.timezone AS timezone, variant.screen AS screen, if(place < variant.pageviews, 'pageview', 'custom') AS event_type
FROM (SELECT project_id, visitor, session, session_id, start, arrayJoin(JSONExtract(variants, 'Array(Tuple(traffic LowCardinality(String), country LowCardinality(String), region LowCardinality(String), city LowCardinality(String), browser LowCardinality(String), os LowCardinality(String), device LowCardinality(String), language LowCardinality(String), timezone LowCardinality(String), screen LowCardinality(String), events UInt32, pageviews UInt32))')) AS variant
FROM sessions
WHERE project_id = {p16:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND NOT length(variants) <= 2
AND start >= fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p20:Int64}, 'UTC')
AND session NOT IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p11:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p11:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p11:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND length(variants) <= 2
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p11:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p14:Int64}, 'UTC')
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p11:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p12:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p13:Int64}, 'UTC')
AND end >= fromUnixTimestamp64Milli({p15:Int64}, 'UTC')))) ARRAY JOIN range(variant.events) AS place) AS events
WHERE project_id = {p8:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p9:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p10:Int64}, 'UTC')
GROUP BY c0
UNION ALL SELECT replaceRegexpOne(country, '^$', 'unknown') AS c0, toInt64(count()) AS c1, uniqCombined64State(17)(visitor) AS c2
FROM events
WHERE project_id = {p21:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p23:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p24:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p25:Int64}, 'UTC'))
AND session IN (SELECT session
FROM (SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p26:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND session IN (SELECT session
FROM sessions
WHERE project_id = {p26:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND sign < 0)
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p26:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND bitAnd(varies, 16387) != 0
AND length(variants) <= 2
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p26:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p29:Int64}, 'UTC')
UNION ALL SELECT session, sign < 0 AS superseded
FROM sessions
WHERE project_id = {p26:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p27:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p28:Int64}, 'UTC')
AND end >= fromUnixTimestamp64Milli({p30:Int64}, 'UTC')))
GROUP BY c0)
GROUP BY c0
ORDER BY c1 DESC, c0
LIMIT {p31:UInt64}
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 7
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = 1780000000000
-- p7 = 1780086400000
-- p8 = 7
-- p9 = 1780000000000
-- p10 = 1780086400000
-- p11 = 7
-- p12 = 1780000000000
-- p13 = 1780086400000
-- p14 = 1780000000000
-- p15 = 1780086400000
-- p16 = 7
-- p17 = 1780000000000
-- p18 = 1780086400000
-- p19 = 1780000000000
-- p20 = 1780086400000
-- p21 = 7
-- p22 = 1780000000000
-- p23 = 1780086400000
-- p24 = 1780012800000
-- p25 = 1780016400000
-- p26 = 7
-- p27 = 1780000000000
-- p28 = 1780086400000
-- p29 = 1780000000000
-- p30 = 1780086400000
-- p31 = 20
