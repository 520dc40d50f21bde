SELECT count() AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND ifNull(((JSONExtract(properties, {p3:String}, 'Nullable(String)') IN ({p4:String}, {p5:String}, {p6:String}))
OR (JSONType(properties, {p3:String}) IN ('Int64', 'UInt64', 'Double')
AND (JSONExtract(properties, {p3:String}, 'Nullable(Float64)') = JSONExtract({p7:String}, 'Float64')))), 0)
AND (traffic = {p8:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = 'n'
-- p4 = '1.0'
-- p5 = '2'
-- p6 = 'x'
-- p7 = '1.0'
-- p8 = 'human'
