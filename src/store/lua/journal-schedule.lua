-- Why: only the run's worker says when it is looked at next, and it must not put off a look that somebody asked for since its claim.
-- KEYS[1] run hash   KEYS[2] due   KEYS[3] leases   KEYS[4] nudges
-- ARGV[1] run id   ARGV[2] fence   ARGV[3] look at the run in (ms), '' for never again
-- Returns: 'scheduled'; 'nudged' when the earlier time that somebody asked for was kept; 'fenced'
local run, dueIn = ARGV[1], ARGV[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local leaseEnd = redis.call('ZSCORE', KEYS[3], run)
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[2] or not leaseEnd or tonumber(leaseEnd) <= now then return 'fenced' end
if redis.call('SISMEMBER', KEYS[4], run) == 1 then
  if dueIn ~= '' then redis.call('ZADD', KEYS[2], 'LT', now + tonumber(dueIn), run) end
  return 'nudged'
end
if dueIn == '' then
  redis.call('ZREM', KEYS[2], run)
else
  redis.call('ZADD', KEYS[2], now + tonumber(dueIn), run)
end
return 'scheduled'
