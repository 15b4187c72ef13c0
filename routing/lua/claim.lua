-- Whose turn it is, and at which seat: both are taken in this one step, or neither. ARGV: at, offer, deadline.
-- Classes in their order, inside a class by (entered, seq); for each caller the seat that has been free longest.
-- Looks no further than LOOK callers and LOOK seats of each language.
local LOOK = 16
local at = tonumber(ARGV[1])
local seats = {}

local function free_seats(language)
  local ids = call('ZRANGE', idle_key(language), 0, LOOK - 1)
  if #ids == 0 then return ids end
  local fresh = {}
  for n, lease in ipairs(call('ZMSCORE', LEASES, unpack(ids))) do
    if lease and tonumber(lease) > at then fresh[#fresh + 1] = ids[n] end
  end
  return fresh
end

-- Who let this caller pass is asked again only while nobody else is free, and never before the pause is over.
local function seat_for(contact)
  local spare
  for _, id in ipairs(seats[contact.language]) do
    local apart = contact.apart[id]
    if not apart or apart[2] <= at then return id end
    if not spare and apart[1] <= at then spare = id end
  end
  return spare
end

local function heads(class)
  local found = {}
  for _, language in ipairs(LANGUAGE_NAMES) do
    if #seats[language] > 0 then
      local line = call('ZRANGE', wait_key(class, language), 0, LOOK - 1, 'WITHSCORES')
      for n = 1, #line, 2 do found[#found + 1] = {tonumber(line[n + 1]), line[n]} end
    end
  end
  table.sort(found, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  return found
end

local somebody = false
for _, language in ipairs(LANGUAGE_NAMES) do
  seats[language] = free_seats(language)
  somebody = somebody or #seats[language] > 0
end
if not somebody then return {'none'} end
for _, class in ipairs(CLASS_NAMES) do
  for _, head in ipairs(heads(class)) do
    local id = string.sub(head[2], 18)
    local contact = read(CONTACTS, id)
    local seat_id = seat_for(contact)
    if seat_id then
      local seat = read(SEATS, seat_id)
      local before = as_it_is(seat)
      contact.state, contact.offer, contact.seat, contact.deadline = 'offered', ARGV[2], seat_id, tonumber(ARGV[3])
      put_contact(id, contact, 'waiting')
      seat.state, seat.offer, seat.contact = 'reserved', ARGV[2], id
      put_seat(seat_id, seat, before)
      return {'ok', id, seat_id, epoch, tostring(seat.idle_since)}
    end
  end
end
return {'none'}
