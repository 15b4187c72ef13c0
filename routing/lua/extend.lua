-- A counselor takes more time to write. ARGV: seat, wrap until.
local seat = read(SEATS, ARGV[1])
if not seat or seat.state ~= 'wrapping' then return {'stale', seat and seat.state or 'unknown'} end
local before = as_it_is(seat)
seat.wrap_until = tonumber(ARGV[2])
return {'ok', put_seat(ARGV[1], seat, before)}
