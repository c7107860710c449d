-- Why: a turn that ran out is not revived: another bot may be about to take the link.
-- KEYS[1] links by the ms at which they are to be looked at   KEYS[2] turns
-- ARGV[1] link   ARGV[2] token   ARGV[3] lease (ms)
-- Returns: 1 renewed; 0 lost
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local turnEnd = redis.call('ZSCORE', KEYS[1], ARGV[1])
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] or not turnEnd or tonumber(turnEnd) <= now then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
return 1
