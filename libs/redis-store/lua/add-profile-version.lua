--[[
  Adds a version to a slot's list, unless it is there.

  KEYS[1]  list of the slot's versions, the oldest first
  ARGV[1]  version
  ARGV[2]  life of the list in milliseconds

  Output   how many versions the slot has
]]
if not redis.call('LPOS', KEYS[1], ARGV[1]) then
  redis.call('RPUSH', KEYS[1], ARGV[1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('LLEN', KEYS[1])
