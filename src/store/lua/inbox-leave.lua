-- Why: worker names are new with every start. Redis deletes a consumer together with what is pending for it, so only those with nothing
--      pending go: this one, and those that were not heard of for a day.
-- KEYS[1] inbox stream
-- ARGV[1] group   ARGV[2] this worker
-- Returns: how many consumers were removed
local removed = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local name, pending, idle = consumer[2], consumer[4], consumer[6]
  if pending == 0 and (name == ARGV[2] or idle > 86400000) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], name)
    removed = removed + 1
  end
end
return removed
