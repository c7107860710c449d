-- Why: one run per link; who comes second gets a place in line by the same script that would have given the link.
-- KEYS[1] line of the link
-- ARGV[1] run id
-- Returns: {run that holds the link, place}; place 0 is the holder itself
local place = redis.call('LPOS', KEYS[1], ARGV[1])
if not place then place = redis.call('RPUSH', KEYS[1], ARGV[1]) - 1 end
return { redis.call('LINDEX', KEYS[1], 0), place }
