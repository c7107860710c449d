-- Why: of several presses of one button, or commands that ask for the same, on whichever bots, one makes the run, and the others come to it.
-- KEYS[1] what was asked for
-- ARGV[1] this delivery   ARGV[2] delivery whose run is over and counts no more, '' for none   ARGV[3] how long it is remembered (ms)
-- Returns: the delivery that makes the run
local there = redis.call('GET', KEYS[1])
if there and (ARGV[2] == '' or there ~= ARGV[2]) then return there end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
