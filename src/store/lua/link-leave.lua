-- Why: the link passes to the next in line at the instant it is given back, and the next is looked at even if its wake-up is lost.
-- KEYS[1] line of the link   KEYS[2] due   KEYS[3] nudges
-- ARGV[1] run id
-- Returns: the run that holds the link now because this one gave it back; '' when nothing changed hands
local held = redis.call('LINDEX', KEYS[1], 0) == ARGV[1]
redis.call('LREM', KEYS[1], 0, ARGV[1])
local next = held and redis.call('LINDEX', KEYS[1], 0)
if not next then return '' end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000), next)
redis.call('SADD', KEYS[3], next)
return next
