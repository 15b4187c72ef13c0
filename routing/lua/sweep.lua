-- What has come due: at most LIMIT of each kind, and since when callers wait with nobody on shift. ARGV: at, limit.
-- It changes nothing but that last: each due thing is then done by its own transition, with the database.
local at, limit = ARGV[1], ARGV[2]
local offers = call('ZRANGEBYSCORE', DUE, '-inf', at, 'LIMIT', 0, limit)
local wraps = call('ZRANGEBYSCORE', WRAPS, '-inf', at, 'LIMIT', 0, limit)
local leases = call('ZRANGEBYSCORE', LEASES, '-inf', at, 'LIMIT', 0, limit)
local holds = call('ZRANGEBYSCORE', HOLDS, '-inf', at, 'LIMIT', 0, limit)
local waiting = 0
for _, line in ipairs(call('SMEMBERS', LINES)) do waiting = waiting + call('ZCARD', WAIT .. line) end
local since = ''
if waiting > 0 and call('SCARD', SHIFT) == 0 then
  call('SET', DROUGHT, at, 'NX')
  since = call('GET', DROUGHT)
else
  call('DEL', DROUGHT)
end
return {'ok', offers, wraps, leases, holds, waiting, since}
