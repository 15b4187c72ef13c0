-- A counselor cannot take the caller. ARGV: contact, offer, epoch, version, at, pause until, apart until.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'offered' then return {'stale', contact.state} end
local seat = contact.seat
hand_back(ARGV[1], contact, tonumber(ARGV[4]), tonumber(ARGV[6]), tonumber(ARGV[7]))
return {'ok', rest(seat, ARGV[2], tonumber(ARGV[5]))}
