SELECT session AS c0, if(session_id != '', session_id, leftPad(lower(hex(session)), 16, '0')) AS c1, toUnixTimestamp64Milli(start) AS c2, toUnixTimestamp64Milli(end) AS c3, events AS c4, pageviews AS c5, entry_page AS c6, exit_page AS c7, replaceRegexpOne(source, '^$', 'direct') AS c8
FROM sessions
WHERE project_id = {p0:UInt64}
AND source_table = 'events'
AND end >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND start < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND session IN {p3:Array(UInt64)}
GROUP BY c0, c1, c2, c3, c4, c5, c6, c7, c8
HAVING sum(sign) > 0
-- p0 = 7
-- p1 = 946684800000
-- p2 = 7258118400000
-- p3 = [8, 9]
