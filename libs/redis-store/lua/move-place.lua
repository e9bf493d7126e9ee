--[[
  Moves the place in a partition on, if it is still where the caller knows it.

  KEYS[1]  hash of places: topic/partition to the next offset
  ARGV[1]  topic/partition
  ARGV[2]  the place that the caller knows; empty where there was none
  ARGV[3]  the next offset
  ARGV[4]  how long places are kept after the last move, milliseconds

  Output   1, or 0 where the place is another by now
]]
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
