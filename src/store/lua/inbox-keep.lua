-- Why: a slow handler's deliveries must not look abandoned; one that another worker has taken meanwhile is not taken back.
-- KEYS[1] inbox stream
-- ARGV[1] group   ARGV[2] this worker   ARGV[3…] ids under way in this worker
-- Returns: ids that are still this worker's
local kept = {}
for i = 3, #ARGV do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if #pending == 1 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
    table.insert(kept, ARGV[i])
  end
end
return kept
