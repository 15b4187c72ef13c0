-- What a waiting caller may be told. ARGV: contact, at. The last key holds the rates, beside the index.
-- Answers state and place (1 is next); of one who waits also what a forecast needs: since when, in which language, who
-- is ahead by language, since when the head of their own line waits, what each seat on shift speaks, how many of these
-- are free for them now, and the rates.
local contact = read(CONTACTS, ARGV[1])
if not contact then return {'ok', '', 0} end
if contact.state == 'offered' or contact.state == 'claimed' then return {'ok', 'offered', 1} end
if contact.state ~= 'waiting' then return {'ok', contact.state, 0} end
-- By their head starts; who has been overtaken for too long is not looked for, and may be told a place too few.
local ahead, place, own = {}, 1, HEAD_STARTS[CLASSES[contact.class]]
for _, language in ipairs(LANGUAGE_NAMES) do ahead[language] = 0 end
for n, class in ipairs(CLASS_NAMES) do
  for _, language in ipairs(LANGUAGE_NAMES) do
    local key, before = wait_key(class, language), nil
    if class == contact.class and language == contact.language then
      before = call('ZRANK', key, contact.member)
    else
      before = call('ZCOUNT', key, '-inf', string.format('(%.0f', contact.score - own + HEAD_STARTS[n]))
    end
    ahead[language], place = ahead[language] + before, place + before
  end
end

-- A seat that will do something else after its call takes nobody from the line any more.
local function on_shift(at, language)
  local ids, spoken, free = call('SMEMBERS', SHIFT), {}, 0
  if #ids == 0 then return spoken, free end
  local seats, leases = call('HMGET', SEATS, unpack(ids)), call('ZMSCORE', LEASES, unpack(ids))
  for n = 1, #ids do
    local seat = seats[n] and cjson.decode(seats[n])
    if seat and not seat.next and leases[n] and tonumber(leases[n]) > at then
      spoken[#spoken + 1] = seat.languages
      if is_open(seat) then
        for _, each in ipairs(seat.languages) do free = free + (each == language and 1 or 0) end
      end
    end
  end
  return spoken, free
end

local head = call('ZRANGE', wait_key(contact.class, contact.language), 0, 0, 'WITHSCORES')[2]
local since, rates = string.format('%.0f', contact.score), call('GET', KEYS[#KEYS]) or ''
local spoken, free = on_shift(tonumber(ARGV[2]), contact.language)
ahead, spoken = cjson.encode(ahead), cjson.encode(spoken)
return {'ok', 'waiting', place, since, contact.language, head, ahead, spoken, free, rates}
