--[[
  Changes which profile versions a slot scores with, and writes it into the slot's history.

  KEYS[1]  set of slots that have a pointer
  KEYS[2]  list of the slot's versions
  KEYS[3]  hash of the slot's pointer: active, shadow, revision
  KEYS[4]  list of the slot's history as JSON, the newest first
  KEYS[5]  list of versions that were active before, the latest first
  KEYS[6]  counter of changes of any slot: what watchers poll
  ARGV[1]  action: activate, shadow, unshadow or rollback
  ARGV[2]  slot
  ARGV[3]  version; empty for unshadow and rollback
  ARGV[4]  time in milliseconds
  ARGV[5]  who asked for it
  ARGV[6]  how many changes the history keeps
  ARGV[7]  life of the keys in milliseconds

  Output   { 0, active or nil, shadow or nil, revision }
           { 1 }  the version was never put
           { 2 }  no earlier version to return to
]]
local action, version, keep = ARGV[1], ARGV[3], tonumber(ARGV[6])
local pointer = redis.call('HMGET', KEYS[3], 'active', 'shadow')
local active, shadow = pointer[1], pointer[2]

if version ~= '' and not redis.call('LPOS', KEYS[2], version) then
  return { 1 }
end
if action == 'activate' then
  if active and active ~= version then
    redis.call('LPUSH', KEYS[5], active)
    redis.call('LTRIM', KEYS[5], 0, keep - 1)
  end
  active = version
  if shadow == version then
    shadow = false
  end
elseif action == 'shadow' then
  shadow = version
elseif action == 'unshadow' then
  shadow = false
else
  active = redis.call('LPOP', KEYS[5])
  if not active then
    return { 2 }
  end
end

local revision = redis.call('HINCRBY', KEYS[3], 'revision', 1)
if active then
  redis.call('HSET', KEYS[3], 'active', active)
end
if shadow then
  redis.call('HSET', KEYS[3], 'shadow', shadow)
else
  redis.call('HDEL', KEYS[3], 'shadow')
end
local change = { action = action, revision = revision, atMs = tonumber(ARGV[4]), by = ARGV[5] }
if active then
  change.active = active
end
if shadow then
  change.shadow = shadow
end
redis.call('LPUSH', KEYS[4], cjson.encode(change))
redis.call('LTRIM', KEYS[4], 0, keep - 1)
redis.call('SADD', KEYS[1], ARGV[2])
redis.call('INCR', KEYS[6])
for i = 1, #KEYS do
  redis.call('PEXPIRE', KEYS[i], ARGV[7])
end
return { 0, active, shadow, revision }
