SELECT count() AS c0
FROM events
WHERE project_id = {p0:UInt64}
AND timestamp >= fromUnixTimestamp64Milli({p1:Int64}, 'UTC')
AND timestamp < fromUnixTimestamp64Milli({p2:Int64}, 'UTC')
AND (position(properties, {p3:String}) > 0
AND ifNull(((JSONExtract(properties, {p4:String}, 'Nullable(String)') IN ({p5:String}, {p6:String}, {p7:String}))
OR (JSONType(properties, {p4:String}) IN ('Int64', 'UInt64', 'Double')
AND (JSONExtract(properties, {p4:String}, 'Nullable(Float64)') = JSONExtract({p8:String}, 'Float64')))), 0))
AND (traffic = {p9:String})
-- p0 = 7
-- p1 = 1780000000000
-- p2 = 1780086400000
-- p3 = '"n"'
-- p4 = 'n'
-- p5 = '1.0'
-- p6 = '2'
-- p7 = 'x'
-- p8 = '1.0'
-- p9 = 'human'
