-- Why: a run, its first entry, its place in the lists and its due time come into being together or not at all.
-- KEYS[1] run hash   KEYS[2] journal stream   KEYS[3] due   KEYS[4] reports due   KEYS[5] recent runs   KEYS[6] recent runs of the link
-- ARGV[1] run id   ARGV[2] link id   ARGV[3] first entry (JSON)
-- Returns: 'created'; 'already-there' when the same bytes were there first; 'differs' when the run began otherwise
local run, link, body = ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then
  local first = redis.call('XRANGE', KEYS[2], '1-0', '1-0')[1]
  if first and first[2][4] == body and redis.call('HGET', KEYS[1], 'link') == link then return 'already-there' end
  return 'differs'
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local micros = string.format('%.0f', tonumber(time[1]) * 1000000 + tonumber(time[2]))
local chain = redis.sha1hex(run .. ' 1 0 ' .. body)
redis.call('XADD', KEYS[2], '1-0', 'fence', '0', 'body', body, 'chain', chain)
redis.call('HSET', KEYS[1], 'link', link, 'seq', 1, 'chain', chain)
redis.call('ZADD', KEYS[3], now, run)
redis.call('ZADD', KEYS[4], 'NX', now, run)
redis.call('ZADD', KEYS[5], micros, run)
redis.call('ZADD', KEYS[6], micros, run)
return 'created'
