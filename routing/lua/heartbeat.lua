-- A seat is heard of. ARGV: seat, lease until. Answers its state; 'unknown' and 'lost' have to sign on again.
local seat = read(SEATS, ARGV[1])
if not seat then return {'ok', 'unknown'} end
if seat.state ~= 'lost' then call('ZADD', LEASES, ARGV[2], ARGV[1]) end
return {'ok', seat.state}
