-- The database agrees to a claim. ARGV: contact, offer, epoch, version.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'offered' then return {'stale', contact.state} end
contact.version = tonumber(ARGV[4])
put_contact(ARGV[1], contact, 'offered')
return {'ok', call('HGET', SEATS, contact.seat)}
