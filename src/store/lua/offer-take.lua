-- Why: of several presses of one button, or commands that ask for the same, on whichever bots, one makes the run, and the others come to it.
-- KEYS[1] what was asked for last
-- ARGV[1] link and what is asked   ARGV[2] this delivery   ARGV[3] delivery whose run is over and counts no more, '' for none
-- Returns: the delivery that makes the run
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there and (ARGV[3] == '' or there ~= ARGV[3]) then return there end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ARGV[2]
