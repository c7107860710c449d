-- Why: a claim that ran out is not revived: another reporter may be about to take the run.
-- KEYS[1] reports due   KEYS[2] report claims
-- ARGV[1] run id   ARGV[2] token   ARGV[3] lease (ms)
-- Returns: 1 renewed; 0 lost
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local claimEnd = redis.call('ZSCORE', KEYS[1], ARGV[1])
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] or not claimEnd or tonumber(claimEnd) <= now then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
return 1
