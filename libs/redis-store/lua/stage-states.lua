--[[
  Lays states ready for a commit that is too large for one call. They take effect with the commit alone.

  KEYS[1]   staging hash: number of the state, from 1 → state
  ARGV[1]   number of the first state given here; 1 forgets what was staged before
  ARGV[2]   life of the staging hash in milliseconds
  ARGV[3…]  states

  Output    how many states are staged
]]
local first = tonumber(ARGV[1])
if first == 1 then
  redis.call('DEL', KEYS[1])
end
for i = 3, #ARGV do
  redis.call('HSET', KEYS[1], first + i - 3, ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HLEN', KEYS[1])
