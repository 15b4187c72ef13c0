-- Forget everything; until `open`, every other script answers that the board is gone.
call('DEL', unpack(KEYS))
return {'ok'}
