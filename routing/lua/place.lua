-- Put contacts and seats as the database has them. ARGV: {contact: record or false}, {seat: record}, {seat: lease}.
local contacts, seats, leases = cjson.decode(ARGV[1]), cjson.decode(ARGV[2]), cjson.decode(ARGV[3])
for id, contact in pairs(contacts) do
  local known = read(CONTACTS, id)
  if known then drop_contact(id, known) end
  if contact then put_contact(id, contact, nil) end
end
for id, seat in pairs(seats) do
  local known = read(SEATS, id)
  if known then
    for group in string.gmatch(known.groups, '[^,]+') do call('ZREM', IDLE .. group, id) end
    call('SREM', STAFF .. known.groups, id)
  end
  put_seat(id, seat, nil)
  if leases[id] then
    call('ZADD', LEASES, leases[id], id)
  elseif known and known.state == 'lost' and seat.state ~= 'lost' then
    -- Whoever marked it lost died before the row said so. Its lease went with that: due at once, it is lost again.
    call('ZADD', LEASES, 'NX', 0, id)
  end
end
return {'ok'}
