-- Why: only the present owner may free the run; a late release must not end its successor's lease.
-- KEYS[1] run hash   KEYS[2] leases
-- ARGV[1] run id   ARGV[2] fence
-- Returns: 1 released; 0 the run is no longer this fence's
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], 'owner', 'call', 'from')
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
