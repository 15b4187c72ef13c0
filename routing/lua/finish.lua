-- A conversation is over; the counselor has time to write. ARGV: contact, offer, epoch, version, at, wrap until.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'connected' then return {'stale', contact.state} end
drop_contact(ARGV[1], contact)
local at, until_ = tonumber(ARGV[5]), tonumber(ARGV[6])
local seat = read(SEATS, contact.seat)
if until_ <= at or seat.state == 'lost' then return {'ok', rest(contact.seat, ARGV[2], at)} end
local before = as_it_is(seat)
seat.state, seat.offer, seat.wrap_until = 'wrapping', nil, until_
return {'ok', put_seat(contact.seat, seat, before)}
