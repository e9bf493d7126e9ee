--[[
  Reads states for the task's owner, and for no one else: read by an earlier owner they would belong to another offset.

  KEYS[1]   task hash
  KEYS[2…]  states
  ARGV[1]   owner

  Output    { 0, state or nil, … } in the order of the keys; { 1 } where a later owner has opened the task
]]
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
  return { 1 }
end
local found = { 0 }
for i = 2, #KEYS do
  found[i] = redis.call('GET', KEYS[i])
end
return found
