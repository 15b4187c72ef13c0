-- A counselor has written what there was to write, or has rested, or the time for it is over. ARGV: seat, at,
-- recover until ('' for no pause), what they do from now on ('' for what they chose), asked from ('' in their turn).
local seat = read(SEATS, ARGV[1])
if not seat or (seat.state ~= 'wrapping' and seat.state ~= 'recovering') then
  return {'stale', seat and seat.state or 'unknown'}
end
local before = as_it_is(seat)
if ARGV[4] ~= '' and not seat.next then seat.next = ARGV[4] end
free(seat, tonumber(ARGV[2]))
seat.asked_from = tonumber(ARGV[5])
seat.unanswered = nil
if ARGV[3] ~= '' and seat.activity == 'available' then
  become(seat, 'recovering')
  seat.wrap_until = tonumber(ARGV[3])
end
return {'ok', put_seat(ARGV[1], seat, before)}
