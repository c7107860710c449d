-- Why: a policy is changed as it was when it was read; a change that was sent twice is one version.
-- KEYS[1] policy versions
-- ARGV[1] next version (JSON)   ARGV[2] version that has to be the newest
-- Returns: {'written', version}; {'behind', newest version}
local newest, expected = redis.call('LLEN', KEYS[1]), tonumber(ARGV[2])
if newest == expected then return { 'written', redis.call('RPUSH', KEYS[1], ARGV[1]) } end
if newest > expected and redis.call('LINDEX', KEYS[1], expected) == ARGV[1] then return { 'written', expected + 1 } end
return { 'behind', newest }
