INSERT INTO rollups (project_id, rollup, grain, bucket, label, label_2, version, earned) SELECT project_id, pair.1, {p0:String}, toDateTime(intDiv(cell, 1000), 'UTC'), pair.2, currency, {p1:UInt64}, sum(revenue)
FROM (SELECT project_id, roundDown(toUnixTimestamp64Milli(timestamp), {p16:Array(Int64)}) AS cell, arrayJoin(arrayFilter(pair -> pair.3, [('earned:path', toString(path), (traffic = {p2:String})), ('earned:title', toString(title), (traffic = {p3:String})), ('earned:hostname', toString(hostname), (traffic = {p4:String})), ('earned:event_kind', toString(toString(event_type)), (traffic = {p5:String})), ('earned:custom_event_name', toString(if(event_type = 'custom', name, '')), (traffic = {p6:String})), ('earned:country', toString(replaceRegexpOne(country, '^$', 'unknown')), (traffic = {p7:String})), ('earned:browser', toString(replaceRegexpOne(browser, '^$', 'unknown')), (traffic = {p8:String})), ('earned:os', toString(replaceRegexpOne(os, '^$', 'unknown')), (traffic = {p9:String})), ('earned:device', toString(replaceRegexpOne(device, '^$', 'unknown')), (traffic = {p10:String})), ('earned:traffic', toString(traffic), 1), ('earned:screen_class', toString(replaceRegexpOne(multiIf(toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) = 0, '', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 576, 'mobile', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 992, 'tablet', toUInt32OrZero(extract(screen, '^[0-9]{1,6}')) < 1440, 'laptop', 'desktop'), '^$', 'unknown')), (traffic = {p11:String})), ('earned:city', toString(city), (traffic = {p12:String})), ('earned:region', toString(region), (traffic = {p13:String})), ('earned:language', toString(language), (traffic = {p14:String})), ('earned:timezone', toString(replaceRegexpOne(timezone, '^$', 'unknown')), (traffic = {p15:String}))])) AS pair, currency, revenue
FROM events
WHERE project_id IN {p17:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p18:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p19:Int64}, 'UTC')
AND revenue != 0)
GROUP BY project_id, cell, pair, currency
UNION ALL SELECT project_id, pair.1, {p0:String}, toDateTime(intDiv(cell, 1000), 'UTC'), pair.2, currency, {p1:UInt64}, sum(sign * amount)
FROM (SELECT project_id, paid_in AS cell, arrayJoin(arrayFilter(pair -> pair.3, [('earned:channel', toString(replaceRegexpOne(channel, '^$', 'direct')), 1), ('earned:referrer', toString(replaceRegexpOne(source, '^$', 'direct')), 1), ('earned:entry_page', toString(entry_page), (if(pageviews > 0, 'yes', 'no') = {p28:String})), ('earned:exit_page', toString(exit_page), (if(pageviews > 0, 'yes', 'no') = {p29:String})), ('earned:utm_source', toString(utm_source), NOT (utm_source = {p30:String})), ('earned:utm_medium', toString(utm_medium), NOT (utm_medium = {p31:String})), ('earned:utm_campaign', toString(utm_campaign), NOT (utm_campaign = {p32:String})), ('earned:utm_content', toString(utm_content), NOT (utm_content = {p33:String})), ('earned:utm_term', toString(utm_term), NOT (utm_term = {p34:String}))])) AS pair, money AS currency, sign, amount
FROM sessions JOIN (SELECT project_id AS owner, session AS payer, roundDown(toUnixTimestamp64Milli(timestamp), {p20:Array(Int64)}) AS paid_in, currency AS money, sum(revenue) AS amount
FROM events
WHERE project_id IN {p21:Array(UInt64)}
AND timestamp >= fromUnixTimestamp64Milli({p22:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p23:Int64}, 'UTC')
AND (traffic = {p24:String})
AND revenue != 0
GROUP BY owner, payer, paid_in, money) AS paid ON session = paid.payer
AND project_id = paid.owner
WHERE project_id IN {p25:Array(UInt64)}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p26:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p27:Int64}, 'UTC'))
GROUP BY project_id, cell, pair, currency
HAVING sum(sign) > 0
-- p0 = 'day'
-- p1 = 99
-- p2 = 'human'
-- p3 = 'human'
-- p4 = 'human'
-- p5 = 'human'
-- p6 = 'human'
-- p7 = 'human'
-- p8 = 'human'
-- p9 = 'human'
-- p10 = 'human'
-- p11 = 'human'
-- p12 = 'human'
-- p13 = 'human'
-- p14 = 'human'
-- p15 = 'human'
-- p16 = [1779926400000, 1780012800000]
-- p17 = [7, 8]
-- p18 = 1780000000000
-- p19 = 1780086400000
-- p20 = [1779926400000, 1780012800000]
-- p21 = [7, 8]
-- p22 = 1780000000000
-- p23 = 1780086400000
-- p24 = 'human'
-- p25 = [7, 8]
-- p26 = 1780000000000
-- p27 = 1780086400000
-- p28 = 'yes'
-- p29 = 'yes'
-- p30 = ''
-- p31 = ''
-- p32 = ''
-- p33 = ''
-- p34 = ''
