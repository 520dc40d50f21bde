SELECT path AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (JSONType(properties, {p3:String}, {p4:String}) != 'Null'
AND (if(JSONType(properties, {p3:String}, {p4:String}) = 'String', JSONExtractString(properties, {p3:String}, {p4:String}), JSONExtractRaw(properties, {p3:String}, {p4:String})) = {p5:String}
OR if(JSONType(properties, {p3:String}, {p4:String}) = 'String', JSONExtractString(properties, {p3:String}, {p4:String}), JSONExtractRaw(properties, {p3:String}, {p4:String})) LIKE {p6:String}))
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'cart'
-- p4 = 'items'
-- p5 = 'a%'
-- p6 = 'b%'
