-- A caller is in danger: to the head class, by the time they came. ARGV: contact, version, class.
local contact = read(CONTACTS, ARGV[1])
if not contact then return {'ok', ''} end
if tonumber(ARGV[2]) <= contact.version then return {'stale', 'late'} end
call('ZREM', wait_key(contact.class, contact.language), contact.member)
contact.class, contact.version = ARGV[3], tonumber(ARGV[2])
put_contact(ARGV[1], contact, contact.state)
return {'ok', contact.state}
