-- Why: two bots that show one alert must not both take a step on what only one of them has seen; a re-send is recognised.
-- KEYS[1] posts of the link
-- ARGV[1] alert and channel   ARGV[2] what the writer has seen there (JSON), '' for nothing   ARGV[3] what is known now (JSON)
-- Returns: 1 written; 0 something else stands there (nothing is changed)
local there = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if there == ARGV[3] then return 1 end
if there ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
