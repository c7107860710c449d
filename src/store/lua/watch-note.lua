-- Why: only the bot whose turn it is writes what was seen, and what is to be told of it cannot be lost between the two; a re-send is recognised.
-- KEYS[1] links by the ms at which they are to be looked at   KEYS[2] turns   KEYS[3] watch hash of the link   KEYS[4] samples   KEYS[5] alerts due
-- ARGV[1] link   ARGV[2] token   ARGV[3] next look in (ms)   ARGV[4] newest look (JSON)   ARGV[5] time of the sample (ms)   ARGV[6] sample (JSON)
-- ARGV[7] what is to be told (JSON), '' when that has not changed   ARGV[8] time of a sample that goes … and so on
-- Returns: 1 written; 0 the turn is another's (nothing is changed)
if redis.call('HGET', KEYS[3], 'noted') == ARGV[2] then return 1 end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local turnEnd = redis.call('ZSCORE', KEYS[1], ARGV[1])
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] or not turnEnd or tonumber(turnEnd) <= now then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
redis.call('HSET', KEYS[3], 'noted', ARGV[2], 'glance', ARGV[4])
for index = 8, #ARGV do redis.call('ZREMRANGEBYSCORE', KEYS[4], ARGV[index], ARGV[index]) end
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[6])
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[3], 'book', ARGV[7])
  redis.call('HINCRBY', KEYS[3], 'seq', 1)
  redis.call('ZADD', KEYS[5], 'NX', now, ARGV[1])
end
return 1
