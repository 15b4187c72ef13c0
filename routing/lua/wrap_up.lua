-- A counselor has written what there was to write, or the time for it is over. ARGV: seat, at.
local seat = read(SEATS, ARGV[1])
if not seat or seat.state ~= 'wrapping' then return {'stale', seat and seat.state or 'unknown'} end
return {'ok', rest(ARGV[1], nil, tonumber(ARGV[2]))}
