-- A seat is heard of. ARGV: seat, lease until, softphone ('1' there, '0' not, '' where the desk does not know).
-- Answers its state; after 'unknown', 'lost' and 'changed' (the softphone came or went) the seat has to be taken again.
local seat = read(SEATS, ARGV[1])
if not seat then return {'ok', 'unknown'} end
if seat.state == 'lost' then return {'ok', 'lost'} end
if ARGV[3] ~= '' and ARGV[3] ~= (seat.softphone == false and '0' or '1') then return {'ok', 'changed'} end
call('ZADD', LEASES, ARGV[2], ARGV[1])
return {'ok', seat.state}
