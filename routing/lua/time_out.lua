-- Nobody reacted to an offer, or its seat is lost. ARGV: contact, offer, epoch, version, at, pause until, apart until,
-- 'lost' where the seat is, how many unanswered offers in a row make a seat not responding.
local contact, why = held(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
if not contact then return {'stale', why} end
if contact.state ~= 'offered' then return {'stale', contact.state} end
if ARGV[8] ~= 'lost' and contact.deadline > tonumber(ARGV[5]) then return {'stale', 'early'} end
local id = contact.seat
hand_back(ARGV[1], contact, tonumber(ARGV[4]), tonumber(ARGV[6]), tonumber(ARGV[7]))
local seat = read(SEATS, id)
if not seat or seat.offer ~= ARGV[2] then return {'ok', ''} end
local before = as_it_is(seat)
free(seat, tonumber(ARGV[5]))
local lost = ARGV[8] == 'lost'
if not lost then seat.unanswered = (seat.unanswered or 0) + 1 end
local silent = lost or seat.unanswered >= tonumber(ARGV[9])
if silent and seat.activity == 'available' then become(seat, 'not_responding') end
return {'ok', put_seat(id, seat, before)}
