-- Why: Slack said to wait; the run comes again then, and not earlier however many entries are written meanwhile.
-- KEYS[1] reports due   KEYS[2] report claims
-- ARGV[1] run id   ARGV[2] token   ARGV[3] wait (ms)
-- Returns: 1 postponed; 0 another reporter has the run (nothing is changed)
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
return 1
