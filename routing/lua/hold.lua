-- A conversation is held, or goes on. ARGV: contact, offer, epoch, version, 'on_hold' or 'on_contact'.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'connected' then return {'stale', contact.state} end
contact.version = tonumber(ARGV[4])
put_contact(ARGV[1], contact, 'connected')
local seat = read(SEATS, contact.seat)
local before = as_it_is(seat)
become(seat, ARGV[5])
return {'ok', put_seat(contact.seat, seat, before)}
