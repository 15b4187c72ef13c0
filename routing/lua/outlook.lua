-- What a waiting caller may be told, and what may lead them out of the queue. ARGV: contact. Answers state and place
-- (1 is next); and of one who waits: since when (ms), class, how many wait, how many seats on shift speak their
-- language, how many fell silent on shift.
local contact = read(CONTACTS, ARGV[1])
if not contact then return {'ok', '', 0} end
if contact.state == 'offered' or contact.state == 'claimed' then return {'ok', 'offered', 1} end
if contact.state ~= 'waiting' then return {'ok', contact.state, 0} end
-- By their head starts; who has been overtaken for too long is not looked for, and may be told a place too few.
local place, own = 1, HEAD_STARTS[CLASSES[contact.class]]
for n, class in ipairs(CLASS_NAMES) do
  for _, language in ipairs(LANGUAGE_NAMES) do
    local key = wait_key(class, language)
    if class == contact.class and language == contact.language then
      place = place + call('ZRANK', key, contact.member)
    else
      place = place + call('ZCOUNT', key, '-inf', string.format('(%.0f', contact.score - own + HEAD_STARTS[n]))
    end
  end
end
local size, staffed, lost = 0, 0, 0
for n = 9, 8 + #CLASS_NAMES * #LANGUAGE_NAMES do size = size + call('ZCARD', KEYS[n]) end
for _, raw in ipairs(call('HVALS', SEATS)) do
  local seat = cjson.decode(raw)
  if seat.activity == 'available' and seat.state == 'lost' then lost = lost + 1 end
  if is_on_shift(seat) then
    for _, language in ipairs(seat.languages) do
      if language == contact.language then staffed = staffed + 1 end
    end
  end
end
return {'ok', 'waiting', place, string.format('%.0f', contact.score), contact.class, size, staffed, lost}
