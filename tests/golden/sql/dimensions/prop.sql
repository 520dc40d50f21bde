SELECT path AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND ifNull((JSONExtract(properties, {p3:String}, {p4:String}, 'Nullable(String)') = {p5:String}
OR JSONExtract(properties, {p3:String}, {p4:String}, 'Nullable(String)') LIKE {p6:String}), 0)
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'cart'
-- p4 = 'items'
-- p5 = 'a%'
-- p6 = 'b%'
