-- Nothing was heard of a seat for too long; a call it is in goes on. ARGV: seat, at.
local lease = call('ZSCORE', LEASES, ARGV[1])
if lease and tonumber(lease) > tonumber(ARGV[2]) then return {'stale', 'renewed'} end
call('ZREM', LEASES, ARGV[1])
local seat = read(SEATS, ARGV[1])
if not seat then return {'stale', 'unknown'} end
local before = as_it_is(seat)
if seat.state == 'wrapping' or seat.state == 'recovering' then free(seat, tonumber(ARGV[2])) end
if seat.activity == 'offline' and not seat.contact then return {'ok', put_seat(ARGV[1], seat, before)} end
seat.state = 'lost'
return {'ok', put_seat(ARGV[1], seat, before)}
