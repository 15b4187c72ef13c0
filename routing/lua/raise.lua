-- A caller is in danger: to the head class, by the time they came, with no need and kept for nobody.
-- ARGV: contact, version, class.
local contact = read(CONTACTS, ARGV[1])
if not contact then return {'ok', ''} end
if tonumber(ARGV[2]) <= contact.version then return {'stale', 'late'} end
unline(ARGV[1], contact)
contact.line = ARGV[3] .. ':' .. string.match(contact.line, ':([^:]+):') .. ':any'
contact.first, contact['until'], contact.version = nil, nil, tonumber(ARGV[2])
put_contact(ARGV[1], contact, contact.state)
return {'ok', contact.state}
