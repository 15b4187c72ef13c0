-- The database agrees to a claim: from now on it is an offer. ARGV: contact, offer, epoch, version.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'claimed' then return {'stale', contact.state} end
local seat = read(SEATS, contact.seat)
if not seat or seat.state ~= 'claimed' or seat.offer ~= ARGV[2] or seat.activity ~= 'available'
  or seat.softphone == false then
  return {'stale', 'seat'}
end
contact.state, contact.version = 'offered', tonumber(ARGV[4])
put_contact(ARGV[1], contact, 'claimed')
local before = as_it_is(seat)
seat.state = 'reserved'
return {'ok', put_seat(contact.seat, seat, before)}
