-- A seat is taken, heard of again, or given another activity. ARGV: seat, at, lease until ('' where it is not the
-- counselor's own word), activity ('' to keep it), groups, softphone and asked from ('' to keep them). A change during a
-- call takes effect after it; during a claim at once, so that the claim comes to nothing.
local BUSY = {reserved = true, connecting = true, on_contact = true, on_hold = true, wrapping = true}
local STATE_AT = {offered = 'reserved', connecting = 'connecting', connected = 'on_contact'}
local at = tonumber(ARGV[2])
local seat = read(SEATS, ARGV[1])
local before
if seat then
  before = as_it_is(seat)
  if before[1] then
    for group in string.gmatch(seat.groups, '[^,]+') do call('ZREM', IDLE .. group, ARGV[1]) end
  end
else
  seat = {activity = 'offline', state = 'idle', idle_since = at}
end
if ARGV[5] ~= '' then seat.groups = ARGV[5] end
if ARGV[6] == '1' then seat.softphone = nil end
if ARGV[6] == '0' then seat.softphone = false end
if ARGV[7] ~= '' then seat.asked_from = tonumber(ARGV[7]) end
if not seat.groups then return {'stale', 'unknown'} end
if ARGV[3] ~= '' then
  call('ZADD', LEASES, ARGV[3], ARGV[1])
  if seat.state == 'lost' then
    local contact = seat.contact and read(CONTACTS, seat.contact)
    seat.state = contact and contact.seat == ARGV[1] and STATE_AT[contact.state] or 'idle'
    if seat.state == 'idle' then
      seat.contact, seat.offer = nil, nil
      if seat.next then seat.activity, seat.next = seat.next, nil end
      seat.idle_since, seat.unanswered = at, nil
    end
  end
end
local activity = ARGV[4]
if activity ~= '' then
  seat.unanswered = nil
  if BUSY[seat.state] or (seat.state == 'lost' and seat.contact) then
    seat.next = activity ~= seat.activity and activity or nil
  else
    if seat.state == 'not_responding' or seat.state == 'recovering' then
      seat.state, seat.idle_since, seat.wrap_until = 'idle', at, nil
    end
    if seat.activity ~= activity then seat.activity, seat.idle_since = activity, at end
  end
end
return {'ok', put_seat(ARGV[1], seat, before)}
