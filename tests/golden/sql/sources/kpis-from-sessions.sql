SELECT uniqCombined64Merge(17)(c0) AS c0, sum(c1) AS c1, sum(c2) AS c2, sum(c3) AS c3, sum(c4) AS c4
FROM (SELECT uniqCombined64State(17)(visitor) AS c0, toInt64(sum(if(bitAnd(varies, 16387) != 0, arraySum((country, screen, pageviews) -> pageviews * ((replaceRegexpOne(country, '^$', 'unknown') ILIKE {p11:String})
AND NOT (replaceRegexpOne(multiIf(toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) = 0, '', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 576, 'mobile', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 992, 'tablet', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 1440, 'laptop', 'desktop'), '^$', 'unknown') = {p12:String})), JSONExtract(variants, 'Array(Tuple(country LowCardinality(String), screen LowCardinality(String), pageviews UInt32))').country, JSONExtract(variants, 'Array(Tuple(country LowCardinality(String), screen LowCardinality(String), pageviews UInt32))').screen, JSONExtract(variants, 'Array(Tuple(country LowCardinality(String), screen LowCardinality(String), pageviews UInt32))').pageviews), pageviews))) AS c1, toInt64(count()) AS c2, toInt64(countIf((pageviews = 1
AND events = 1 + passive_events))) AS c3, toInt64(sum(dateDiff('millisecond', start, end))) AS c4
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (replaceRegexpOne(channel, '^$', 'direct') = {p3:String})
AND start >= fromUnixTimestamp64Milli({p4:Int64}, 'UTC')
AND end < fromUnixTimestamp64Milli({p5:Int64}, 'UTC')
AND session NOT IN {p6:Array(UInt64)}
AND if(bitAnd(varies, 16387) != 0, NOT length(variants) <= 2
AND arrayExists((country, screen) -> (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p7:String})
AND NOT (replaceRegexpOne(multiIf(toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) = 0, '', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 576, 'mobile', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 992, 'tablet', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 1440, 'laptop', 'desktop'), '^$', 'unknown') = {p8:String}), JSONExtract(variants, 'Array(Tuple(country LowCardinality(String), screen LowCardinality(String)))').country, JSONExtract(variants, 'Array(Tuple(country LowCardinality(String), screen LowCardinality(String)))').screen), (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p9:String})
AND NOT (replaceRegexpOne(multiIf(toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) = 0, '', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 576, 'mobile', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 992, 'tablet', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 1440, 'laptop', 'desktop'), '^$', 'unknown') = {p10:String}))
HAVING count() > 0
UNION ALL SELECT uniqCombined64State(17)(visitor) AS c0, toInt64(sum(pageviews_left)) AS c1, toInt64(sum(sessions_left)) AS c2, toInt64(sum(bounces_left)) AS c3, toInt64(sum(duration_ms_left)) AS c4
FROM (SELECT visitor, sum(sign * viewed) AS pageviews_left, sum(sign) AS sessions_left, sum(sign * (pageviews = 1
AND events = 1 + passive_events)) AS bounces_left, sum(sign * dateDiff('millisecond', start, end)) AS duration_ms_left
FROM (SELECT *
FROM sessions
WHERE project_id = {p20:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p21:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND session IN {p13:Array(UInt64)}) AS sessions JOIN (SELECT session AS matched, countIf(event_type = 'pageview') AS viewed
FROM events
WHERE session IN {p13:Array(UInt64)}
AND project_id = {p14:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p15:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p16:Int64}, 'UTC')
AND (timestamp >= fromUnixTimestamp64Milli({p17:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p18:Int64}, 'UTC'))
AND (replaceRegexpOne(country, '^$', 'unknown') ILIKE {p19:String})
GROUP BY matched) AS matching ON session = matched
GROUP BY visitor
HAVING sum(sign) > 0)
HAVING count() > 0)
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'search'
-- p4 = 1780000000000
-- p5 = 1780086400000
-- p6 = [9]
-- p7 = 'RO'
-- p8 = 'mobile'
-- p9 = 'RO'
-- p10 = 'mobile'
-- p11 = 'RO'
-- p12 = 'mobile'
-- p13 = [8, 9]
-- p14 = 7
-- p15 = 1780000000000
-- p16 = 1780086400000
-- p17 = 1780012800000
-- p18 = 1780016400000
-- p19 = 'RO'
-- p20 = 7
-- p21 = 1780000000000
-- p22 = 1780086400000
