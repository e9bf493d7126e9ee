--[[
  Takes a task over: every earlier owner is refused from now on.

  KEYS[1]  task hash: epoch, owner, offset, settings
  ARGV[1]  owner: a name that no other open has had
  ARGV[2]  life of the checkpoint in milliseconds

  Output   { epoch, offset or nil where there is no checkpoint, settings }
]]
local epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local held = redis.call('HMGET', KEYS[1], 'offset', 'settings')
return { epoch, held[1], held[2] or '' }
