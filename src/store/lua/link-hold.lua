-- Why: one run per link; who comes second gets a place in line by the same script that would have given the link.
-- A run that makes data safe may pass a holder that stands still. Whether it still does is asked here: a holder that goes on
-- writes to its journal first, so a journal that has not grown since it was seen to stand still proves that it still does.
-- KEYS[1] line of the link   KEYS[2] run hash of the holder that may be passed; any key when ARGV[2] is ''
-- ARGV[1] run id   ARGV[2] holder that may be passed, '' for none   ARGV[3] length of its journal when it was seen to stand still
-- Returns: {run that holds the link, place, passed}; place 0 is the holder itself; passed is 1 when it went ahead of ARGV[2] now
local run, still = ARGV[1], ARGV[2]
if still ~= '' and still ~= run and redis.call('LINDEX', KEYS[1], 0) == still and redis.call('HGET', KEYS[2], 'seq') == ARGV[3] then
  redis.call('LREM', KEYS[1], 0, run)
  redis.call('LPUSH', KEYS[1], run)
  return { run, 0, 1 }
end
local place = redis.call('LPOS', KEYS[1], run)
if not place then place = redis.call('RPUSH', KEYS[1], run) - 1 end
return { redis.call('LINDEX', KEYS[1], 0), place, 0 }
