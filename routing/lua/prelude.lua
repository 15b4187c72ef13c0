-- What every transition shares: where the keys are, and the records with the sets they belong to. Only put_contact and
-- put_seat write either, so that a record and its sets cannot disagree. The names of the keys come before this
-- (routing/scripts.py); all of them share one hash tag, and KEYS holds the one by which Cluster finds the node.
-- Time is an argument, not the server's TIME: one clock for index and database, and tests that need not wait.
local call = redis.call
local epoch = call('GET', EPOCH)

local function read(key, id)
  local raw = call('HGET', key, id)
  return raw and cjson.decode(raw)
end

-- Out of its line. A line that is empty now stays in LINES until a claim comes upon it.
local function unline(id, contact)
  call('ZREM', WAIT .. contact.line, contact.member)
  if contact.first then call('ZREM', HOLDS, id) end
end

-- `was` is the state the record had, or nil when that is not known.
local function put_contact(id, contact, was)
  if contact.state == 'waiting' then
    call('ZADD', WAIT .. contact.line, contact.score, contact.member)
    call('SADD', LINES, contact.line)
    if contact.first then call('ZADD', HOLDS, contact['until'], id) end
  elseif was == nil or was == 'waiting' then
    unline(id, contact)
  end
  if contact.state == 'offered' or contact.state == 'claimed' then
    if was ~= 'claimed' then call('ZADD', DUE, contact.deadline, id) end
  elseif was == nil or was == 'offered' or was == 'claimed' then
    call('ZREM', DUE, id)
  end
  call('HSET', CONTACTS, id, cjson.encode(contact))
end

local function drop_contact(id, contact)
  if contact.state == 'waiting' then
    unline(id, contact)
  elseif contact.deadline then
    call('ZREM', DUE, id)
  end
  call('HDEL', CONTACTS, id)
end

-- A desk whose softphone is away (false; nil where it is there) can take nobody.
local function is_open(seat)
  return seat.activity == 'available' and seat.state == 'idle' and seat.softphone ~= false
end

local AWAY = {lost = true, not_responding = true, recovering = true}

-- By what a seat on shift is counted: all its groups. False for one that takes nobody from the line, now or after what it
-- is at, as routing.policy.takes_more says.
local function profile(seat)
  return seat.activity == 'available' and not seat.next and not AWAY[seat.state] and seat.softphone ~= false
    and seat.groups
end

-- Free seats stand in the order of since when they are free, or from when on they are asked in their turn
-- (routing.wellbeing). `before` is {open, profile, state} of the record as it was, or nil when that is not known.
local function put_seat(id, seat, before)
  local open, staff = is_open(seat), profile(seat)
  if open or before == nil or before[1] then
    for group in string.gmatch(seat.groups, '[^,]+') do
      if open then
        call('ZADD', IDLE .. group, math.max(seat.idle_since, seat.asked_from or 0), id)
      else
        call('ZREM', IDLE .. group, id)
      end
    end
  end
  if before == nil or before[2] ~= staff then
    local was = before and before[2] or not staff and seat.groups
    if was then call('SREM', STAFF .. was, id) end
    if staff then
      call('SADD', STAFF .. staff, id)
      call('SADD', PROFILES, staff)
    end
    call(staff and 'SADD' or 'SREM', SHIFT, id)
  end
  if seat.state == 'wrapping' or seat.state == 'recovering' then
    call('ZADD', WRAPS, seat.wrap_until, id)
  elseif before == nil or before[3] == 'wrapping' or before[3] == 'recovering' then
    call('ZREM', WRAPS, id)
  end
  local raw = cjson.encode(seat)
  call('HSET', SEATS, id, raw)
  return raw
end

local function as_it_is(seat)
  return {is_open(seat), profile(seat), seat.state}
end

-- A lost seat stays lost until it is heard of again, whatever becomes of its call.
local function become(seat, state)
  if seat.state ~= 'lost' then seat.state = state end
end

-- Let a seat go; the activity that was chosen meanwhile takes effect now.
local function free(seat, idle_since)
  become(seat, 'idle')
  seat.idle_since = idle_since
  seat.offer, seat.contact, seat.wrap_until = nil, nil, nil
  if seat.next then seat.activity, seat.next = seat.next, nil end
end

-- End what a seat does by this offer (nil: whatever it does); a seat that is at another one is left alone.
local function rest(id, offer, at, idle_since, state)
  local seat = read(SEATS, id)
  if not seat or (offer and seat.offer ~= offer) then return '' end
  local before = as_it_is(seat)
  free(seat, idle_since == 'kept' and seat.idle_since or at)
  if idle_since ~= 'kept' then seat.unanswered = nil end
  if state and seat.activity == 'available' then become(seat, state) end
  return put_seat(id, seat, before)
end

-- The contact as this offer knows it, or nil and why that is over.
local function held(contact_id, offer, of_epoch, version)
  local contact = read(CONTACTS, contact_id)
  if of_epoch ~= epoch then return nil, 'rebuilt' end
  if not contact then return nil, 'left' end
  if contact.offer ~= offer then return nil, 'moved' end
  if version <= contact.version then return nil, 'late' end
  return contact
end

-- Back to its own place; this counselor is asked again last. Whoever was kept for one has been offered to them.
local function hand_back(id, contact, version, pause, apart)
  local was = contact.state
  contact.apart[contact.seat] = {pause, apart}
  contact.state, contact.version = 'waiting', version
  contact.offer, contact.seat, contact.deadline = nil, nil, nil
  contact.line, contact.first, contact['until'] = string.match(contact.line, '[^@]+'), nil, nil
  put_contact(id, contact, was)
end

if not epoch and not REBUILDS then return {'gone'} end
