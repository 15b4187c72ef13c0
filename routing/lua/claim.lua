-- Whose turn it is, and at which seat: both are taken in this one step, or neither. ARGV: at, offer, deadline.
-- Heads are compared as routing.policy.turn says; for each caller the seat that has been free longest of those that
-- their line asks now. In a line nobody is asked by more seats than who stands first.
-- Both are `claimed` until the database has agreed (confirm). Nearly always the first caller fits the first seat, so
-- that is looked at first; else no further than LOOK callers of each line and LOOK seats of each group.
local LOOK = 16
local at = tonumber(ARGV[1])

local function earlier(a, b)
  if a[1] ~= b[1] then return a[1] < b[1] end
  if a[2] ~= b[2] then return a[2] < b[2] end
  return a[3] < b[3]
end

-- Those of these seats that were heard of, and whether any was not.
local function heard_of(ids)
  if #ids == 0 then return ids, false end
  local fresh = {}
  for n, lease in ipairs(call('ZMSCORE', LEASES, unpack(ids))) do
    if lease and tonumber(lease) > at then fresh[#fresh + 1] = ids[n] end
  end
  return fresh, #ids > #fresh
end

-- The free seats of these groups, the one that is free longest first.
local function free_seats(asked, look)
  if not string.find(asked, ',', 1, true) then return heard_of(call('ZRANGE', IDLE .. asked, 0, look - 1)) end
  local found, seen, ids = {}, {}, {}
  for group in string.gmatch(asked, '[^,]+') do
    local free = call('ZRANGE', IDLE .. group, 0, look - 1, 'WITHSCORES')
    for n = 1, #free, 2 do
      if not seen[free[n]] then found[#found + 1] = {0, tonumber(free[n + 1]), free[n]} end
      seen[free[n]] = true
    end
  end
  table.sort(found, earlier)
  for n, seat in ipairs(found) do ids[n] = seat[3] end
  return heard_of(ids)
end

local asked_before = {}

-- The free seats that this line asks for somebody who has waited so long.
local function seats_for(line, waited, look)
  local _, language, need, first = parts(line)
  if first ~= '' then return heard_of(call('ZSCORE', IDLE .. language, first) and {first} or {}) end
  local asked = asked_now(language, need, waited)
  local key = asked .. look
  if not asked_before[key] then asked_before[key] = {free_seats(asked, look)} end
  return unpack(asked_before[key])
end

-- Who let this caller pass is asked again only while nobody else is free, and never before the pause is over.
local function seat_for(contact, seats)
  local spare
  for _, id in ipairs(seats) do
    local apart = contact.apart[id]
    if not apart or apart[2] <= at then return id end
    if not spare and apart[1] <= at then spare = id end
  end
  return spare
end

-- The first `look` of every line, as {overtaken for too long already: 0, rank, member, line, entered}.
local function heads(look)
  local found = {}
  for _, line in ipairs(call('SMEMBERS', LINES)) do
    local stand = call('ZRANGE', WAIT .. line, 0, look - 1, 'WITHSCORES')
    if #stand == 0 then call('SREM', LINES, line) end
    for k = 1, #stand, 2 do
      local entered = tonumber(stand[k + 1])
      local long = at - entered >= LONGEST
      local rank = long and entered or entered - HEAD_STARTS[string.match(line, '[^:]+')]
      found[#found + 1] = {long and 0 or 1, rank, stand[k], line, entered}
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
  for _, head in ipairs(heads(look)) do
    local seats, stale = seats_for(head[4], at - head[5], look)
    if first_only and stale then return nil end
    if #seats > 0 then
      local id = string.sub(head[3], 18)
      local contact = read(CONTACTS, id)
      local seat_id = seat_for(contact, seats)
      if seat_id and not (first_only and contact.apart[seat_id]) then return take(id, contact, seat_id) end
      if first_only then return nil end
    elseif first_only and not somebody_is_free() then
      return {'none'}
    end
  end
  return {'none'}
end

return look_at(1, true) or look_at(LOOK, false)
