-- Why: a lease that ran out is not revived, even if nobody took the run: its worker's own clock has already stopped it.
-- KEYS[1] run hash   KEYS[2] leases
-- ARGV[1] run id   ARGV[2] fence   ARGV[3] lease (ms)
-- Returns: 1 renewed; 0 the lease is no longer this fence's
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local leaseEnd = redis.call('ZSCORE', KEYS[2], ARGV[1])
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[2] or not leaseEnd or tonumber(leaseEnd) <= now then return 0 end
redis.call('HSET', KEYS[1], 'lease', ARGV[3])
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[1])
return 1
