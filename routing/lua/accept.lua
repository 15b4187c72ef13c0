-- A counselor takes the caller. ARGV: contact, offer, epoch, version, at.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'offered' then return {'stale', contact.state} end
if contact.deadline < tonumber(ARGV[5]) then return {'stale', 'timed_out'} end
contact.state, contact.version, contact.deadline = 'connecting', tonumber(ARGV[4]), nil
put_contact(ARGV[1], contact, 'offered')
local seat = read(SEATS, contact.seat)
local before = as_it_is(seat)
become(seat, 'connecting')
seat.unanswered = nil
return {'ok', put_seat(contact.seat, seat, before)}
