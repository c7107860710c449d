-- Why: what a dead worker left is worked by another; what failed too often is set aside, so that it cannot kill one worker after the other.
--      XPENDING and XCLAIM rather than XAUTOCLAIM: the number of attempts decides which of the two happens.
-- KEYS[1] inbox stream   KEYS[2] dead list
-- ARGV[1] group   ARGV[2] this worker   ARGV[3] idle (ms) after which a delivery counts as abandoned   ARGV[4] most to take
-- ARGV[5] attempts after which a delivery is given up   ARGV[6…] ids under way in this worker, which are not abandoned however idle they look
-- Returns: {{{id, attempt, fields}, …}, {key of a delivery given up, …}}
local group, worker, idle, most, attempts = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local underway = {}
for i = 6, #ARGV do underway[ARGV[i]] = true end
local taken, dead = {}, {}
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], group, 'IDLE', idle, '-', '+', most + #ARGV)) do
  local id, count = pending[1], pending[4]
  local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
  if not entry then
    redis.call('XACK', KEYS[1], group, id)
  elseif underway[id] then
    -- ours, and its heartbeat is only late
  elseif count >= attempts then
    local f = entry[2]
    redis.call('LPUSH', KEYS[2], cjson.encode({ id = id, key = f[2], body = f[4], receivedAt = f[6], attempts = count }))
    redis.call('LTRIM', KEYS[2], 0, 999)
    redis.call('XACK', KEYS[1], group, id)
    redis.call('XDEL', KEYS[1], id)
    table.insert(dead, f[2])
  elseif #taken < most then
    redis.call('XCLAIM', KEYS[1], group, worker, 0, id)
    table.insert(taken, { id, count + 1, entry[2] })
  end
end
return { taken, dead }
