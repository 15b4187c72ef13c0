-- What a waiting caller may be told. ARGV: contact. Answers state and place (1 is next).
local contact = read(CONTACTS, ARGV[1])
if not contact then return {'ok', '', 0} end
if contact.state == 'offered' or contact.state == 'claimed' then return {'ok', 'offered', 1} end
if contact.state ~= 'waiting' then return {'ok', contact.state, 0} end
local place = 1
for _, class in ipairs(CLASS_NAMES) do
  for _, language in ipairs(LANGUAGE_NAMES) do
    local key = wait_key(class, language)
    if class ~= contact.class then
      place = place + call('ZCARD', key)
    elseif language == contact.language then
      place = place + call('ZRANK', key, contact.member)
    else
      place = place + call('ZCOUNT', key, '-inf', '(' .. string.format('%.0f', contact.score))
    end
  end
  if class == contact.class then break end
end
return {'ok', 'waiting', place}
