--[[
  Saves an incident if nobody saved it in between, and forgets the oldest beyond the limit.

  KEYS[1]  hash of incidents: id to JSON
  KEYS[2]  sorted set of ids by when they were last seen, milliseconds
  KEYS[3]  sorted set of ids by the sequence of their latest change
  KEYS[4]  hash of versions: id to the sequence that its JSON was saved with
  KEYS[5]  sorted set of ids by when they were saved, milliseconds
  KEYS[6]  counter of changes
  KEYS[7]  hash of cards: id to the JSON that the incident is found and counted by
  KEYS[8]  hash of facets: id to the names of the sets that it is in, by line feeds; a set's key is KEYS[8], a colon and its name,
           and holds ids by when they were last seen
  ARGV[1]  id
  ARGV[2]  the version that the JSON was made from; empty for a new incident
  ARGV[3]  JSON up to the value of its field `sequence`, which comes last
  ARGV[4]  when it was last seen, milliseconds
  ARGV[5]  time now, milliseconds
  ARGV[6]  how long an incident is kept after its last change, milliseconds
  ARGV[7]  how many incidents are kept
  ARGV[8]  how many of the oldest are forgotten in one step, at most
  ARGV[9]  the card; empty where there is none yet
  ARGV[10] the facets, by line feeds

  Output   the new sequence, or -1 where somebody saved it in between
]]
local id, now, life = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[6])
local version = redis.call('HGET', KEYS[4], id)
if (version or '') ~= ARGV[2] then
  return -1
end

-- A counter that was lost goes on above what it was, as long as less than one change a millisecond was made.
if redis.call('EXISTS', KEYS[6]) == 0 then
  redis.call('SET', KEYS[6], ARGV[5])
end
local sequence = redis.call('INCR', KEYS[6])
redis.call('HSET', KEYS[1], id, ARGV[3] .. sequence .. '}')
redis.call('HSET', KEYS[4], id, sequence)
redis.call('ZADD', KEYS[2], ARGV[4], id)
redis.call('ZADD', KEYS[3], sequence, id)
redis.call('ZADD', KEYS[5], now, id)

local function leave_facets(one)
  for name in string.gmatch(redis.call('HGET', KEYS[8], one) or '', '[^\n]+') do
    redis.call('ZREM', KEYS[8] .. ':' .. name, one)
  end
end
leave_facets(id)
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[7], id, ARGV[9])
  redis.call('HSET', KEYS[8], id, ARGV[10])
  for name in string.gmatch(ARGV[10], '[^\n]+') do
    redis.call('ZADD', KEYS[8] .. ':' .. name, ARGV[4], id)
    redis.call('PEXPIRE', KEYS[8] .. ':' .. name, life)
  end
end

local most = tonumber(ARGV[8])
local old = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', now - life, 'LIMIT', 0, most)
local beyond = redis.call('ZCARD', KEYS[5]) - #old - tonumber(ARGV[7])
if beyond > 0 then
  for _, one in ipairs(redis.call('ZRANGE', KEYS[5], #old, #old + math.min(beyond, most) - 1)) do
    old[#old + 1] = one
  end
end
for _, one in ipairs(old) do
  redis.call('HDEL', KEYS[1], one)
  redis.call('HDEL', KEYS[4], one)
  leave_facets(one)
  redis.call('HDEL', KEYS[7], one)
  redis.call('HDEL', KEYS[8], one)
  for i = 2, 5 do
    if i ~= 4 then
      redis.call('ZREM', KEYS[i], one)
    end
  end
end
for i = 1, 8 do
  redis.call('PEXPIRE', KEYS[i], life)
end
return sequence
