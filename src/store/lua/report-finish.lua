-- Why: an entry written while the run was being shown must bring the run back, whatever order the two arrive in.
-- KEYS[1] reports due   KEYS[2] report claims   KEYS[3] run hash
-- ARGV[1] run id   ARGV[2] token   ARGV[3] last entry shown
-- Returns: 'shown'; 'more' when the journal is longer; 'lost' when another reporter has the run (nothing is changed)
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 'lost' end
redis.call('HDEL', KEYS[2], ARGV[1])
if tonumber(redis.call('HGET', KEYS[3], 'seq') or '0') <= tonumber(ARGV[3]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return 'shown'
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000), ARGV[1])
return 'more'
