-- Whose turn it is, and at which seat: both are taken in this one step, or neither. ARGV: at, offer, deadline.
-- Heads are compared as routing.policy.turn says; for each caller the seat that has been free longest.
-- Both are `claimed` until the database has agreed (confirm). Nearly always the first caller fits the first seat, so
-- that is looked at first; else no further than LOOK callers and LOOK seats of each language.
local LOOK = 16
local at = tonumber(ARGV[1])

local function free_seats(language, look)
  local ids = call('ZRANGE', idle_key(language), 0, look - 1)
  if #ids == 0 then return ids end
  local fresh = {}
  for n, lease in ipairs(call('ZMSCORE', LEASES, unpack(ids))) do
    if lease and tonumber(lease) > at then fresh[#fresh + 1] = ids[n] end
  end
  return fresh, #ids > #fresh
end

-- Who let this caller pass is asked again only while nobody else is free, and never before the pause is over.
local function seat_for(contact, seats)
  local spare
  for _, id in ipairs(seats[contact.language]) do
    local apart = contact.apart[id]
    if not apart or apart[2] <= at then return id end
    if not spare and apart[1] <= at then spare = id end
  end
  return spare
end

local function earlier(a, b)
  if a[1] ~= b[1] then return a[1] < b[1] end
  if a[2] ~= b[2] then return a[2] < b[2] end
  return a[3] < b[3]
end

-- The first `look` of every line somebody is free for, as {overtaken for too long already: 0, rank, member}.
local function heads(seats, look)
  local found = {}
  for n, class in ipairs(CLASS_NAMES) do
    for _, language in ipairs(LANGUAGE_NAMES) do
      if #seats[language] > 0 then
        local line = call('ZRANGE', wait_key(class, language), 0, look - 1, 'WITHSCORES')
        for k = 1, #line, 2 do
          local entered = tonumber(line[k + 1])
          local long = at - entered >= LONGEST
          found[#found + 1] = {long and 0 or 1, long and entered or entered - HEAD_STARTS[n], line[k]}
        end
      end
    end
  end
  if #found > 1 then table.sort(found, earlier) end
  return found
end

local function take(id, contact, seat_id)
  local seat = read(SEATS, seat_id)
  local before = as_it_is(seat)
  contact.state, contact.offer, contact.seat, contact.deadline = 'claimed', ARGV[2], seat_id, tonumber(ARGV[3])
  put_contact(id, contact, 'waiting')
  seat.state, seat.offer, seat.contact = 'claimed', ARGV[2], id
  put_seat(seat_id, seat, before)
  return {'ok', id, seat_id, epoch, tostring(seat.idle_since)}
end

-- With `first_only`, anything out of the ordinary ends the look: it takes the longer one to be just.
local function look_at(look, first_only)
  local seats, somebody = {}, false
  for _, language in ipairs(LANGUAGE_NAMES) do
    local stale
    seats[language], stale = free_seats(language, look)
    if first_only and stale then return nil end
    somebody = somebody or #seats[language] > 0
  end
  if not somebody then return {'none'} end
  for _, head in ipairs(heads(seats, look)) do
    local id = string.sub(head[3], 18)
    local contact = read(CONTACTS, id)
    local seat_id = seat_for(contact, seats)
    if seat_id and not (first_only and contact.apart[seat_id]) then return take(id, contact, seat_id) end
    if first_only then return nil end
  end
  return {'none'}
end

return look_at(1, true) or look_at(LOOK, false)
