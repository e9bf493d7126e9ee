--[[
  Writes parts of a learning, and gives all of them a new life.

  KEYS[1]  hash of the learning: parts by name
  ARGV[1]  life in milliseconds
  ARGV[2…] name and bytes of each part

  Output   how many parts the learning has
]]
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HLEN', KEYS[1])
