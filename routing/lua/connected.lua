-- Caller and counselor hear each other. ARGV: contact, offer, epoch, version.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'connecting' then return {'stale', contact.state} end
contact.state, contact.version = 'connected', tonumber(ARGV[4])
put_contact(ARGV[1], contact, 'connecting')
local seat = read(SEATS, contact.seat)
local before = as_it_is(seat)
become(seat, 'on_contact')
return {'ok', put_seat(contact.seat, seat, before)}
