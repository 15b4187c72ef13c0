-- Who may take a caller: what claim and outlook share. HEAD_STARTS, LONGEST and NEEDS come before this
-- (routing/scripts.py). A seat is found by its groups: a language, or a skill in a language.

-- A line's class, language, need, and whom it is kept for ('' where for nobody).
local function parts(line)
  return string.match(line, '^([^:]+):([^:]+):([^:@]+)@?(.*)$')
end

local profiles

-- How many seats are on shift that one of these groups asks for; by default, everybody is counted at most once.
local function staffed(asked)
  if not profiles then
    profiles = {}
    for _, groups in ipairs(call('SMEMBERS', PROFILES)) do profiles[groups] = call('SCARD', STAFF .. groups) end
  end
  local count = 0
  for groups, seats in pairs(profiles) do
    for group in string.gmatch(asked, '[^,]+') do
      if string.find(',' .. groups .. ',', ',' .. group .. ',', 1, true) then
        count = count + seats
        break
      end
    end
  end
  return count
end

-- The groups asked by the step that is active after so long: the newest whose time has come, or the next that somebody
-- on shift fits. See routing.needs.step_now.
local function asked_now(language, need, waited)
  local steps = NEEDS[need]
  if not steps then return language end
  for n, step in ipairs(steps) do
    local later = steps[n + 1]
    if not later then break end
    if later[1] > waited then
      local asked = string.gsub(step[2], '[^,]+', language .. ':%0')
      if staffed(asked) > 0 then return asked end
    end
  end
  return language
end
