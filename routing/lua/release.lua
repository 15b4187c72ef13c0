-- A claim that came to nothing: caller and seat are as they were. ARGV: contact, offer.
local contact = read(CONTACTS, ARGV[1])
if not contact or contact.offer ~= ARGV[2] or contact.state ~= 'claimed' then return {'ok', ''} end
local id = contact.seat
contact.state, contact.offer, contact.seat, contact.deadline = 'waiting', nil, nil, nil
put_contact(ARGV[1], contact, 'claimed')
return {'ok', rest(id, ARGV[2], 0, 'kept')}
