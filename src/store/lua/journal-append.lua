-- Why: nothing else writes a run. A stale worker is refused, two writers never get one place, and a re-send after a lost reply is recognised.
-- KEYS[1] run hash   KEYS[2] journal stream   KEYS[3] due   KEYS[4] leases   KEYS[5] reports due   KEYS[6] nudges   KEYS[7] message index
-- ARGV[1] run id   ARGV[2] fence, '' for people and the reporter   ARGV[3] length that the writer has seen   ARGV[4] entry (JSON)
-- ARGV[5] look at the run in (ms), '' to leave its due time   ARGV[6] field of the message index that leads to this run, '' for none
-- Returns: {'appended', seq}; {'already-there', seq}; {'fenced', length}; {'behind', length}
local run, fence, expected, body, dueIn, message = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local had = redis.call('HMGET', KEYS[1], 'seq', 'chain', 'fence', 'lease')
local length = tonumber(had[1] or '0')
local writer = '0'
if fence ~= '' then
  local leaseEnd = redis.call('ZSCORE', KEYS[4], run)
  if had[3] ~= fence or not leaseEnd or tonumber(leaseEnd) <= now then return { 'fenced', length } end
  writer = fence
end
local seq = expected + 1
if length > expected then
  local id = string.format('%.0f-0', seq)
  local there = redis.call('XRANGE', KEYS[2], id, id)[1]
  if not there or there[2][2] ~= writer or there[2][4] ~= body then return { 'behind', length } end
elseif length < expected or length == 0 then
  return { 'behind', length }
end
if fence ~= '' then redis.call('ZADD', KEYS[4], now + tonumber(had[4]), run) end
if length > expected then return { 'already-there', seq } end

local place = string.format('%.0f', seq)
local chain = redis.sha1hex(had[2] .. ' ' .. place .. ' ' .. writer .. ' ' .. body)
redis.call('XADD', KEYS[2], place .. '-0', 'fence', writer, 'body', body, 'chain', chain)
redis.call('HSET', KEYS[1], 'seq', place, 'chain', chain)
redis.call('ZADD', KEYS[5], 'NX', now, run)
if message ~= '' then redis.call('HSET', KEYS[7], message, run) end
if dueIn ~= '' then
  -- Somebody asked for a look that no claim has answered yet: it may be brought forward, not put off.
  if redis.call('SISMEMBER', KEYS[6], run) == 1 then
    redis.call('ZADD', KEYS[3], 'LT', now + tonumber(dueIn), run)
  else
    redis.call('ZADD', KEYS[3], now + tonumber(dueIn), run)
  end
  if fence == '' then redis.call('SADD', KEYS[6], run) end
end
return { 'appended', seq }
