-- A claim that came to nothing: caller and seat are as they were. ARGV: contact, offer.
local contact = read(CONTACTS, ARGV[1])
if not contact or contact.offer ~= ARGV[2] or contact.state ~= 'offered' then return {'ok', ''} end
local seat = contact.seat
contact.state, contact.offer, contact.seat, contact.deadline = 'waiting', nil, nil, nil
put_contact(ARGV[1], contact, 'offered')
return {'ok', rest(seat, 0, 'kept')}
