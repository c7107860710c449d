-- Why: the entries and the head they have to lead to are read at one instant, so that a cut-off tail is noticed.
-- KEYS[1] run hash   KEYS[2] journal stream
-- ARGV[1] id of the first entry wanted, e.g. 7-0
-- Returns: {length, chain of the last entry, {{id, {'fence', …, 'body', …, 'chain', …}}, …}}; length 0 and chain '' when there is no such run
local head = redis.call('HMGET', KEYS[1], 'seq', 'chain')
return { tonumber(head[1] or '0'), head[2] or '', redis.call('XRANGE', KEYS[2], ARGV[1], '+') }
