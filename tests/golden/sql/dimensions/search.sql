SELECT path AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND ((path ILIKE {p3:String}
OR url_base ILIKE {p3:String}
OR url_rest ILIKE {p3:String}
OR referrer ILIKE {p3:String}
OR title ILIKE {p3:String}
OR (url_base != ''
AND ascii(url_rest) NOT IN (0, 35, 47, 63)
AND concat(path, url_rest) ILIKE {p4:String})
OR (event_type = 'custom'
AND name ILIKE {p5:String}))
OR (path ILIKE {p6:String}
OR url ILIKE {p6:String}
OR referrer ILIKE {p6:String}
OR title ILIKE {p6:String}
OR if(event_type = 'custom', name, '') ILIKE {p6:String}))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = '%a\\%%'
-- p4 = '%a\\%%'
-- p5 = '%a\\%%'
-- p6 = '%b%%'
