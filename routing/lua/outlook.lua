-- What a waiting caller may be told. ARGV: contact, at. KEYS[2] holds the rates, beside the index.
-- Answers state and place (1 is next); of one who waits also what a forecast needs: since when, which groups they ask,
-- who is ahead by the groups these ask, since when the head of their own line waits, the seats on shift by their groups,
-- how many of these are free for them now, the rates; and what may lead them out of the queue: class, how many wait, how
-- many seats on shift speak their language, and where none does, how many fell silent on shift.
local contact, at = read(CONTACTS, ARGV[1]), tonumber(ARGV[2])
if not contact then return {'ok', '', 0} end
if contact.state == 'offered' or contact.state == 'claimed' then return {'ok', 'offered', 1} end
if contact.state ~= 'waiting' then return {'ok', contact.state, 0} end

local function head_of(line)
  return call('ZRANGE', WAIT .. line, 0, 0, 'WITHSCORES')[2]
end

-- By their head starts; who has been overtaken for too long is not looked for, and may be told a place too few.
local class, language, need = parts(contact.line)
local ahead, place, size, own = {}, 1, 0, HEAD_STARTS[class]
for _, line in ipairs(call('SMEMBERS', LINES)) do
  local their_class, theirs, their_need = parts(line)
  local before
  if line == contact.line then
    before = call('ZRANK', WAIT .. line, contact.member)
  else
    local limit = string.format('(%.0f', contact.score - own + HEAD_STARTS[their_class])
    before = call('ZCOUNT', WAIT .. line, '-inf', limit)
  end
  if before > 0 then
    local asked = asked_now(theirs, their_need, NEEDS[their_need] and at - tonumber(head_of(line)) or 0)
    ahead[asked], place = (ahead[asked] or 0) + before, place + before
  end
  size = size + call('ZCARD', WAIT .. line)
end

local asked = asked_now(language, need, at - contact.score)
local free, seen = 0, {}
for group in string.gmatch(asked, '[^,]+') do
  for _, id in ipairs(call('ZRANGE', IDLE .. group, 0, place)) do
    if not seen[id] then seen[id], free = true, free + 1 end
  end
end

local speak, lost = staffed(language), 0
if speak == 0 then
  for _, raw in ipairs(call('HVALS', SEATS)) do
    local seat = cjson.decode(raw)
    if seat.activity == 'available' and seat.state == 'lost' then lost = lost + 1 end
  end
end
local since, rates = string.format('%.0f', contact.score), call('GET', KEYS[2]) or ''
return {'ok', 'waiting', place, since, asked, head_of(contact.line), cjson.encode(ahead), cjson.encode(profiles), free,
  rates, class, size, speak, lost}
