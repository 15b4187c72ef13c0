-- A caller leaves, for whatever reason; who was about to talk to them keeps the time since when they are free.
-- ARGV: contact, version, at.
local contact = read(CONTACTS, ARGV[1])
if not contact then return {'ok', ''} end
if tonumber(ARGV[2]) <= contact.version then return {'stale', 'late'} end
drop_contact(ARGV[1], contact)
if not contact.seat then return {'ok', ''} end
return {'ok', rest(contact.seat, contact.offer, tonumber(ARGV[3]), 'kept')}
