-- Why: one worker drives a run. Its fence is taken from Redis' clock, so that a Redis that was rolled back cannot hand out an old one again.
-- KEYS[1] run hash   KEYS[2] leases   KEYS[3] nudges
-- ARGV[1] run id   ARGV[2] worker   ARGV[3] lease (ms)   ARGV[4] name of this very call, by which a re-send is recognised
-- Returns: {'claimed', fence, seq, worker that left the run without releasing it or '', run_id of the Redis process}; {'held', worker}; {'no-such-run'}
local run, worker, lease, call = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local identity = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or ''
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'no-such-run' } end
local had = redis.call('HMGET', KEYS[1], 'fence', 'seq', 'owner', 'call', 'from')
local leaseEnd = redis.call('ZSCORE', KEYS[2], run)
if leaseEnd and tonumber(leaseEnd) > now then
  if had[4] == call then return { 'claimed', had[1], had[2], had[5], identity } end
  return { 'held', had[3] or '' }
end
local from = had[3] or ''
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local fence = string.format('%.0f', math.max(tonumber(had[1] or '0') + 1, micros))
redis.call('HSET', KEYS[1], 'fence', fence, 'owner', worker, 'call', call, 'from', from, 'lease', lease)
redis.call('ZADD', KEYS[2], now + lease, run)
redis.call('SREM', KEYS[3], run)
return { 'claimed', fence, had[2], from, identity }
