-- Why: of several presses of one button, on whichever bots, one makes the run, and the others come to that very run.
-- KEYS[1] offers that were taken up
-- ARGV[1] link and operation   ARGV[2] delivery of this press   ARGV[3] delivery whose run is over and counts no more, '' for none
-- Returns: the delivery that makes the run
local there = redis.call('HGET', KEYS[1], ARGV[1])
if there and (ARGV[3] == '' or there ~= ARGV[3]) then return there end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ARGV[2]
