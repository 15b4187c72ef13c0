-- A caller takes a place. ARGV: contact, record. A contact that is here already keeps the place it has.
local known = read(CONTACTS, ARGV[1])
if known then return {'ok', known.state} end
local contact = cjson.decode(ARGV[2])
put_contact(ARGV[1], contact, '')
return {'ok', contact.state}
