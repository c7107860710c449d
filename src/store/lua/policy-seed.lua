-- Why: several bots start at once; one of them writes the first policy, and none writes over a policy that people have set.
-- KEYS[1] policy versions
-- ARGV[1] first version (JSON)
-- Returns: {newest version, its JSON}
if redis.call('LLEN', KEYS[1]) == 0 then redis.call('RPUSH', KEYS[1], ARGV[1]) end
return { redis.call('LLEN', KEYS[1]), redis.call('LINDEX', KEYS[1], -1) }
