-- Forget everything; until `open`, every other script answers that the board is gone.
for _, line in ipairs(call('SMEMBERS', LINES)) do call('DEL', WAIT .. line) end
for _, groups in ipairs(call('SMEMBERS', PROFILES)) do call('DEL', STAFF .. groups) end
for _, group in ipairs(GROUPS) do call('DEL', IDLE .. group) end
call('DEL', EPOCH, CONTACTS, SEATS, DUE, WRAPS, LEASES, SHIFT, DROUGHT, LINES, HOLDS, PROFILES)
return {'ok'}
