-- Why: a delivery that is acknowledged is written down, and one that comes again is not worked again: both in one step.
-- KEYS[1] seen mark of the delivery   KEYS[2] inbox stream
-- ARGV[1] name of this very call, by which a re-send is recognised   ARGV[2] how long a repetition is recognised (s)
-- ARGV[3] de-duplication key   ARGV[4] body (JSON)   ARGV[5] received at (ms)
-- Returns: 'recorded'; 'duplicate'
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
  redis.call('XADD', KEYS[2], '*', 'key', ARGV[3], 'body', ARGV[4], 'receivedAt', ARGV[5])
  return 'recorded'
end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 'recorded' end
return 'duplicate'
