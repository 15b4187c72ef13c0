-- What a waiting caller may be told. ARGV: contact. Answers state and place (1 is next).
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
return {'ok', 'waiting', place}
