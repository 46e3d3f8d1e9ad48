/**
 * What the processes of a fleet share: the permits of one key, kept in Redis by one script.
 *
 * The state is a small JSON document. It knows
 *
 * - for each member (a process): how many permits it holds, how many more it wants, when it was last heard, and its
 *   turn, which is the number of permits that it got;
 * - when each permit that counts will be free, which is one window after the store heard of the answer.
 *
 * Permits held and permits that count are `limit` at most, by the store's own clock. So a request that arrives between
 * the grant of its permit and its answer is one of at most `limit` in any rolling window, however long the store's
 * answers take.
 *
 * A member says how many permits it holds, never "one more" or "one less". So a message that is lost, late or repeated
 * costs a window of some permits at worst, and the next message puts it right. Permits that the store thinks are held
 * and the member does not hold begin to count.
 *
 * Permits are dealt out one by one, in the order in which they fall free, each to the member with the lowest turn among
 * those that want some. A member gets only what is dealt to it, and no earlier than `ahead` before it is free. So a free
 * permit waits for the member whose turn it is, whoever asks first.
 *
 * **Gotchas**
 *
 * - A member that was not heard for `lease` is gone. What it held begins to count at the end of the lease.
 * - Each member knows the latest stamp that it saw. A state with an earlier one is a state that was lost or restored:
 *   others may hold permits that it does not know, so nothing is granted for a lease and a window.
 * - A message that is older than its deadline is heard, but gets nothing: nobody waits for its answer any more.
 * - Redis has no monotonic clock. When its clock is set back, times that lie too far ahead are shortened; when it is set
 *   forward, permits that count are free too early, once.
 */
import type * as Effect from "effect/Effect"
import * as Redis from "effect/persistence/Redis"

/** Times and durations are whole milliseconds, those with a date by the store's clock. */
export interface Message {
  readonly limit: number
  readonly window: number
  readonly lease: number
  /** How long before it is free a permit can be granted. */
  readonly ahead: number
  readonly member: string
  /** Grows with each message of the member. */
  readonly number: number
  /** The latest stamp that the member saw; 0 for none. */
  readonly seen: number
  /** When nobody waits for the answer any more; 0 for never. */
  readonly deadline: number
  /** How many permits the member holds. */
  readonly held: number
  /** How many began to count since the message before. */
  readonly counted: number
  /** How many it gives back unused. */
  readonly unused: number
  readonly wanted: number
}

/** The store's time, the stamp, how long to wait before the next message, and for each permit how long until it may be used. */
export type Answer = readonly [now: number, stamp: number, wait: number, ...delays: ReadonlyArray<number>]

export interface Store {
  readonly tell: (key: string, message: Message) => Effect.Effect<Answer, Redis.RedisError>
}

const lua = `
local limit, window, lease, ahead = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local id, number, seen, deadline = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local held, counted = tonumber(ARGV[9]), tonumber(ARGV[10])
local unused, wanted = tonumber(ARGV[11]), tonumber(ARGV[12])

local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
-- Fractions of a millisecond are dropped above, so one is added here.
local counts = window + 1

local stored = redis.call("GET", KEYS[1])
local state = stored and cjson.decode(stored) or { stamp = 0, closed = 0, turn = 0, counting = {}, members = {} }

-- A state that was lost or restored.
if state.stamp < seen then state.closed = now + lease + counts end
state.stamp = math.max(state.stamp, seen, now)

-- A clock that was set back.
state.closed = math.min(state.closed, now + lease + counts)
for name, member in pairs(state.members) do member.heard = math.min(member.heard, now) end

local me = state.members[id] or { number = 0, held = 0, wanted = 0, turn = 0 }
if number <= me.number then return { now, state.stamp, 0 } end
state.members[id] = nil

local counting = {}
local function count(from, permits)
  for _ = 1, permits do counting[#counting + 1] = from + counts end
end

for _, free in ipairs(state.counting) do
  if free > now then counting[#counting + 1] = math.min(free, now + counts) end
end
local busy = held
for name, member in pairs(state.members) do
  if member.heard + lease > now then
    busy = busy + member.held
  else
    if member.heard + lease + counts > now then count(member.heard + lease, member.held) end
    state.members[name] = nil
  end
end
local gone = math.max(0, me.held - held)
count(now, math.max(gone - unused, counted))
table.sort(counting)

-- Who begins to want permits gets no credit for the time before.
local turn = me.wanted == 0 and math.max(me.turn, state.turn) or me.turn
local queue = {}
for name, member in pairs(state.members) do
  if member.wanted > 0 then queue[#queue + 1] = { name = name, turn = member.turn, wanted = member.wanted } end
end
if wanted > 0 then queue[#queue + 1] = { name = id, turn = turn, wanted = wanted } end

-- The place in the queue of the member that got the fewest permits.
local function first()
  local best = 1
  for place = 2, #queue do
    local a, b = queue[place], queue[best]
    if a.turn < b.turn or (a.turn == b.turn and a.name < b.name) then best = place end
  end
  return best
end

-- Deals out the permits one by one, in the order in which they fall free.
local delays, taken, wait = {}, {}, window
if state.closed > now then
  wait = state.closed - now
elseif wanted > 0 and (deadline == 0 or now <= deadline) then
  local free = limit - busy - #counting
  for nth = 1, limit do
    -- More permits may be busy than the limit, and then the first to fall free are no more than allowed.
    local index = nth > free and nth - free or nil
    if #queue == 0 or (index and index > #counting) then break end
    local at = index and counting[index] or now
    local place = first()
    local next = queue[place]
    local mine = next.name == id
    if mine and at > now + ahead then
      wait = at - now - ahead
      break
    end
    if mine then
      delays[#delays + 1] = at - now
      if index then taken[index] = true end
      state.turn = math.max(state.turn, turn)
      turn = turn + 1
    end
    next.turn = next.turn + 1
    next.wanted = next.wanted - 1
    if next.wanted == 0 then
      if mine then break end
      table.remove(queue, place)
    end
  end
end

state.counting = {}
for index, free in ipairs(counting) do
  if not taken[index] then state.counting[#state.counting + 1] = free end
end
if held + #delays + wanted > 0 then
  state.members[id] = {
    number = number, held = held + #delays, wanted = wanted - #delays, turn = turn, heard = now
  }
end
redis.call("SET", KEYS[1], cjson.encode(state), "PX", 86400000)
return { now, state.stamp, wait, unpack(delays) }
`

/** The keys of the limiter in Redis begin with the prefix. */
export const overRedis = (redis: Redis.Redis["Service"], prefix: string): Store => {
  const script = Redis.script(
    (key: string, message: Message) => [
      key,
      message.limit,
      message.window,
      message.lease,
      message.ahead,
      message.member,
      message.number,
      message.seen,
      message.deadline,
      message.held,
      message.counted,
      message.unused,
      message.wanted
    ],
    { lua, numberOfKeys: 1 }
  ).withReturnType<Answer>()
  return { tell: (key, message) => redis.eval(script)(prefix + key, message) }
}
