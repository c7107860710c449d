-- Why: one reporter shows a run at a time. A claim moves the run's time to the end of the claim, so that a dead reporter's run comes again by itself.
-- KEYS[1] reports due   KEYS[2] report claims
-- ARGV[1] token   ARGV[2] lease (ms)
-- Returns: run id; '' when there is nothing to show
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local run = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
if not run then return '' end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), run)
redis.call('HSET', KEYS[2], run, ARGV[1])
return run
