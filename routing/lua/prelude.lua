-- What every transition shares: where the keys are, and the records with the sets they belong to. Only put_contact and
-- put_seat write either, so that a record and its sets cannot disagree. The names and numbers of classes and languages
-- come before this (routing/scripts.py).
-- Time is an argument, not the server's TIME: one clock for index and database, and tests that need not wait.
local EPOCH, CONTACTS, SEATS, DUE, WRAPS, LEASES, SHIFT, DROUGHT = unpack(KEYS, 1, 8)
local call = redis.call
local epoch = call('GET', EPOCH)

local function wait_key(class, language)
  return KEYS[8 + (CLASSES[class] - 1) * #LANGUAGE_NAMES + LANGUAGES[language]]
end

local function idle_key(language)
  return KEYS[8 + #CLASS_NAMES * #LANGUAGE_NAMES + LANGUAGES[language]]
end

local function read(key, id)
  local raw = call('HGET', key, id)
  return raw and cjson.decode(raw)
end

-- `was` is the state the record had, or nil when that is not known.
local function put_contact(id, contact, was)
  if contact.state == 'waiting' then
    call('ZADD', wait_key(contact.class, contact.language), contact.score, contact.member)
  elseif was == nil or was == 'waiting' then
    call('ZREM', wait_key(contact.class, contact.language), contact.member)
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
    call('ZREM', wait_key(contact.class, contact.language), contact.member)
  elseif contact.deadline then
    call('ZREM', DUE, id)
  end
  call('HDEL', CONTACTS, id)
end

-- A desk whose softphone is away (false; nil where it is there) can take nobody.
local function is_open(seat)
  return seat.activity == 'available' and seat.state == 'idle' and seat.softphone ~= false
end

local function is_on_shift(seat)
  return seat.activity == 'available' and seat.state ~= 'lost' and seat.state ~= 'not_responding'
    and seat.softphone ~= false
end

-- Free seats stand in the order of since when they are free, or from when on they are asked in their turn
-- (routing.wellbeing). `before` is {open, on shift, state} of the record as it was, or nil when that is not known.
local function put_seat(id, seat, before)
  local open, shift = is_open(seat), is_on_shift(seat)
  if open or before == nil or before[1] then
    for _, language in ipairs(seat.languages) do
      if open then
        call('ZADD', idle_key(language), math.max(seat.idle_since, seat.asked_from or 0), id)
      else
        call('ZREM', idle_key(language), id)
      end
    end
  end
  if before == nil or before[2] ~= shift then
    call(shift and 'SADD' or 'SREM', SHIFT, id)
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
  return {is_open(seat), is_on_shift(seat), seat.state}
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

-- Back to its own place; this counselor is asked again last.
local function hand_back(id, contact, version, pause, apart)
  local was = contact.state
  contact.apart[contact.seat] = {pause, apart}
  contact.state, contact.version = 'waiting', version
  contact.offer, contact.seat, contact.deadline = nil, nil, nil
  put_contact(id, contact, was)
end

if not epoch and not REBUILDS then return {'gone'} end
