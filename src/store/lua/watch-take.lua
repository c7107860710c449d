-- Why: one bot at a time looks at a link. A turn moves the link's time to the end of the lease, so that a dead bot's link comes to another by itself.
-- KEYS[1] links by the ms at which they are to be looked at   KEYS[2] turns
-- ARGV[1] token   ARGV[2] lease (ms)   ARGV[3] most links to take   ARGV[4] link … and so on
-- Returns: links that are this token's now, longest due first
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local due = {}
for index = 4, #ARGV do
  local at = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[index]) or '0')
  if at <= now then due[#due + 1] = { at, ARGV[index] } end
end
table.sort(due, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
local taken = {}
for index = 1, math.min(#due, tonumber(ARGV[3])) do
  local link = due[index][2]
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), link)
  redis.call('HSET', KEYS[2], link, ARGV[1])
  taken[index] = link
end
return taken
