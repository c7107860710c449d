-- Why: a delivery that was worked leaves the group and the stream together, so that the stream holds what is still to do.
-- KEYS[1] inbox stream
-- ARGV[1] group   ARGV[2] id
-- Returns: 1 finished; 0 it was finished before
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
return redis.call('XDEL', KEYS[1], ARGV[2])
