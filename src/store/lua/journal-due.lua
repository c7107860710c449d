-- Why: the sweep wants runs that nobody drives; a run under a live lease is its worker's business even when its time has come.
-- KEYS[1] due   KEYS[2] leases
-- ARGV[1] most runs to return
-- Returns: run ids, longest due first
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local limit, offset, free = tonumber(ARGV[1]), 0, {}
while #free < limit do
  local page = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', offset, 100)
  for _, run in ipairs(page) do
    local leaseEnd = redis.call('ZSCORE', KEYS[2], run)
    if #free < limit and not (leaseEnd and tonumber(leaseEnd) > now) then table.insert(free, run) end
  end
  if #page < 100 then break end
  offset = offset + 100
end
return free
