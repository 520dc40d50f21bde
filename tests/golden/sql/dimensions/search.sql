SELECT path AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND ((path ILIKE {p3:String}
OR url ILIKE {p3:String}
OR referrer ILIKE {p3:String}
OR title ILIKE {p3:String}
OR if(event_type = 'custom', name, '') ILIKE {p3:String})
OR (path ILIKE {p4:String}
OR url ILIKE {p4:String}
OR referrer ILIKE {p4:String}
OR title ILIKE {p4:String}
OR if(event_type = 'custom', name, '') ILIKE {p4:String}))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = '%a\\%%'
-- p4 = '%b%%'
