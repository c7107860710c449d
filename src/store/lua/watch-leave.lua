-- Why: a look that came to nothing gives the link back, but never takes it from a bot that has it by now.
-- KEYS[1] links by the ms at which they are to be looked at   KEYS[2] turns
-- ARGV[1] link   ARGV[2] token   ARGV[3] next look in (ms)
-- Returns: 1 given back; 0 the turn is another's (nothing is changed)
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
return 1
