-- The two did not come together: the caller is back at their place. ARGV: contact, offer, epoch, version, at,
-- pause until, apart until, 'not_responding' where the counselor was not there.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'connecting' then return {'stale', contact.state} end
local seat = contact.seat
hand_back(ARGV[1], contact, tonumber(ARGV[4]), tonumber(ARGV[6]), tonumber(ARGV[7]))
if ARGV[8] == 'not_responding' then return {'ok', rest(seat, ARGV[2], tonumber(ARGV[5]), nil, 'not_responding')} end
return {'ok', rest(seat, ARGV[2], tonumber(ARGV[5]), 'kept')}
