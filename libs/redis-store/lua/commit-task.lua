--[[
  Writes states and checkpoint of a task in one step, or nothing.

  KEYS[1]   task hash: epoch, owner, offset, settings
  KEYS[2]   staging hash
  KEYS[3…]  states to write, then states to remove
  ARGV[1]   owner
  ARGV[2]   offset that the checkpoint must be at; empty where there must be none
  ARGV[3]   offset that the checkpoint moves to
  ARGV[4]   settings
  ARGV[5]   life of the checkpoint in milliseconds
  ARGV[6]   how many states are written
  ARGV[7]   how many of them are staged; 0 where they follow here
  ARGV[8…]  life of each state in milliseconds, then the states to write

  Output    0  written
            1  a later owner has opened the task
            2  the checkpoint is neither where the commit follows on nor where it leads to
            3  the staged states are gone or not complete: stage them again
]]
local held = redis.call('HMGET', KEYS[1], 'owner', 'offset')
if held[1] ~= ARGV[1] then
  return 1
end
local offset = held[2] or ''
if offset ~= ARGV[2] and offset ~= ARGV[3] then
  return 2
end
local writes = tonumber(ARGV[6])
local staged = tonumber(ARGV[7])
if staged > 0 and redis.call('HLEN', KEYS[2]) ~= staged then
  return 3
end
for i = 1, writes do
  local state = staged > 0 and redis.call('HGET', KEYS[2], i) or ARGV[7 + writes + i]
  redis.call('SET', KEYS[2 + i], state, 'PX', ARGV[7 + i])
end
for i = 3 + writes, #KEYS do
  redis.call('DEL', KEYS[i])
end
if staged > 0 then
  redis.call('DEL', KEYS[2])
end
redis.call('HSET', KEYS[1], 'offset', ARGV[3], 'settings', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 0
