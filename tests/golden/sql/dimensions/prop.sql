SELECT path AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (position(properties, {p3:String}) > 0
AND position(properties, {p4:String}) > 0
AND ifNull((JSONExtract(properties, {p5:String}, {p6:String}, 'Nullable(String)') = {p7:String}
OR JSONExtract(properties, {p5:String}, {p6:String}, 'Nullable(String)') LIKE {p8:String}), 0))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = '"cart"'
-- p4 = '"items"'
-- p5 = 'cart'
-- p6 = 'items'
-- p7 = 'a%'
-- p8 = 'b%'
