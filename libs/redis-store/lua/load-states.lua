--[[
  Reads states for the task's owner at its checkpoint, and for no one else: they would belong to another offset.

  KEYS[1]   task hash
  KEYS[2…]  states
  ARGV[1]   owner
  ARGV[2]   offset that the checkpoint must be at; empty where there must be none

  Output    { 0, state or nil, … } in the order of the keys
            { 1 }  a later owner has opened the task
            { 2 }  the checkpoint is elsewhere
]]
local held = redis.call('HMGET', KEYS[1], 'owner', 'offset')
if held[1] ~= ARGV[1] then
  return { 1 }
end
if (held[2] or '') ~= ARGV[2] then
  return { 2 }
end
local found = { 0 }
for i = 2, #KEYS do
  found[i] = redis.call('GET', KEYS[i])
end
return found
