-- What a waiting caller may be told. ARGV: contact, at. The last key holds the rates, beside the index.
-- Answers state and place (1 is next); of one who waits also what a forecast needs: since when, in which language, who
-- is ahead by language, since when the head of their own line waits, what each seat on shift speaks, and the rates.
local contact = read(CONTACTS, ARGV[1])
if not contact then return {'ok', '', 0} end
if contact.state == 'offered' or contact.state == 'claimed' then return {'ok', 'offered', 1} end
if contact.state ~= 'waiting' then return {'ok', contact.state, 0} end
local ahead, place = {}, 1
for _, language in ipairs(LANGUAGE_NAMES) do ahead[language] = 0 end
for _, class in ipairs(CLASS_NAMES) do
  for _, language in ipairs(LANGUAGE_NAMES) do
    local key, before = wait_key(class, language), nil
    if class ~= contact.class then
      before = call('ZCARD', key)
    elseif language == contact.language then
      before = call('ZRANK', key, contact.member)
    else
      before = call('ZCOUNT', key, '-inf', '(' .. string.format('%.0f', contact.score))
    end
    ahead[language], place = ahead[language] + before, place + before
  end
  if class == contact.class then break end
end

-- A seat that will do something else after its call takes nobody from the line any more.
local function spoken_on_shift(at)
  local ids, spoken = call('SMEMBERS', SHIFT), {}
  if #ids == 0 then return spoken end
  local seats, leases = call('HMGET', SEATS, unpack(ids)), call('ZMSCORE', LEASES, unpack(ids))
  for n = 1, #ids do
    local seat = seats[n] and cjson.decode(seats[n])
    if seat and not seat.next and leases[n] and tonumber(leases[n]) > at then spoken[#spoken + 1] = seat.languages end
  end
  return spoken
end

local head = call('ZRANGE', wait_key(contact.class, contact.language), 0, 0, 'WITHSCORES')[2]
local since, rates = string.format('%.0f', contact.score), call('GET', KEYS[#KEYS]) or ''
local spoken = spoken_on_shift(tonumber(ARGV[2]))
return {'ok', 'waiting', place, since, contact.language, head, cjson.encode(ahead), cjson.encode(spoken), rates}
