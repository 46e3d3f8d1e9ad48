/**
 * What the processes of a fleet share: the task slots of one kind of job, and the queue before them, kept in Redis by one
 * script.
 *
 * The state is a small JSON document: for each member (a process) when it was last heard, and the places. A place is
 *
 * - `waiting`, or `paused` when the service has refused it and it is not yet time to try again: in the queue;
 * - `sending`: it has a task slot and no job yet;
 * - `job`: it has a task slot and a job, and its process follows it;
 * - `left`: it has a task slot and a job that nobody follows. The task slot is free at `due`.
 *
 * A member says which places it has, all of them, never "one more" or "one less". So a message that is lost, late or
 * repeated does no harm, and the next message puts it right. A place keeps its number, so it comes back to where it was
 * when the store lost it.
 *
 * Task slots go to the first in the queue, as long as there are fewer places with a task slot than `count`. When the
 * service refuses a submission all the same, others have its task slots. Then one place at a time tries, in the order of
 * the queue, until `count` jobs hold a task slot again.
 *
 * **Gotchas**
 *
 * - A member that was not heard for `lease` is gone. It loses its places without a job; those with a job are `left`.
 * - Each member knows the latest stamp that it saw. A state with an earlier one is a state that was lost or restored: it
 *   gives nothing for a lease, so that all members have told it what they have.
 * - When nobody was heard for a lease, the server was away, and not all of them at once.
 * - Redis has no monotonic clock. When its clock is set back, times that lie too far ahead are shortened; when it is set
 *   forward, task slots may be free too early, once.
 */
import type * as Effect from "effect/Effect"
import * as Redis from "effect/persistence/Redis"

/** The phases of a place as its process knows it. The store also moves it from `waiting` to `sending`, and to `left`. */
export type Phase = "waiting" | "paused" | "sending" | "job" | "left"

/** Its name within the process, its number in the queue or 0, its phase, how often the service refused it, and its job. */
export type PlaceTold = readonly [name: number, number: number, phase: Phase, refusals: number, jobId: string]

/** Times and durations are whole milliseconds. */
export interface Message {
  readonly member: string
  /** Grows with each message of the member. */
  readonly number: number
  /** The latest stamp that the member saw; 0 for none. */
  readonly seen: number
  /** How many task slots there are; 0 for a message that gives out none. */
  readonly count: number
  readonly lease: number
  readonly heldAfterEnd: number
  readonly longestJob: number
  readonly places: ReadonlyArray<PlaceTold>
  /** Jobs that have ended. */
  readonly ended: ReadonlyArray<string>
}

/**
 * The number of a place in the queue, and its position: 1 for the next one, 0 for one that has a task slot, -1 for one
 * whose job is known to have ended.
 */
export type PlaceAnswer = readonly [number: number, position: number]

/** The stamp, and an answer to each place in the message; none to a message that is older than one before. */
export type Answer = readonly [stamp: number, ...places: ReadonlyArray<PlaceAnswer>]

export interface Store {
  readonly tell: (kind: string, message: Message) => Effect.Effect<Answer, Redis.RedisError>
}

const lua = `
local message = cjson.decode(ARGV[1])
local lease = message.lease
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local stored = redis.call("GET", KEYS[1])
local state = stored and cjson.decode(stored)
  or { stamp = 0, closed = 0, last = 0, careful = false, members = {}, places = {} }

-- A state that was lost or restored.
if state.stamp < message.seen then state.closed = now + lease end
local away = now - state.stamp >= lease
state.stamp = math.max(state.stamp, message.seen, now)
-- A clock that was set back.
state.closed = math.min(state.closed, now + lease)

local me = state.members[message.member]
if me and message.number <= me.number then return { state.stamp } end

local members = {}
for name, member in pairs(state.members) do
  local heard = away and now or math.min(member.heard, now)
  if heard + lease > now then members[name] = { number = member.number, heard = heard } end
end
members[message.member] = #message.places > 0 and { number = message.number, heard = now } or nil
state.members = members

local told, ended = {}, {}
for _, place in ipairs(message.places) do told[tostring(place[1])] = place end
for _, job in ipairs(message.ended) do ended[job] = true end

local function holds(place)
  return place.phase == "sending" or place.phase == "job" or (place.phase == "left" and place.due > now)
end

-- What its process says of a place.
local function hear(place, said)
  local phase, refusals = said[3], said[4]
  if refusals > place.refusals then state.careful = true end
  if place.phase == "left" then return end
  -- Its process has not heard yet that it has a task slot.
  local granted = place.phase == "sending" and phase == "waiting" and refusals == place.refusals
  if not granted then place.phase = phase end
  place.refusals = refusals
  if (phase == "job" or phase == "left") and place.job == "" then
    place.job = said[5]
    place.due = now + message.longestJob
  end
end

local places = {}
for _, place in ipairs(state.places) do
  local said = place.member == message.member and told[tostring(place.name)]
  if said then
    hear(place, said)
    told[tostring(place.name)] = nil
  elseif place.member == message.member or not members[place.member] then
    place.phase = place.phase == "job" and "left" or place.phase
  end
  local present = said or (place.member ~= message.member and members[place.member])
  if place.job ~= "" then place.due = math.min(place.due, now + message.longestJob) end
  -- Its process hears of it for a lease more.
  if place.phase == "left" then present = place.due + lease > now end
  if present then places[#places + 1] = place end
end
for _, said in ipairs(message.places) do
  if told[tostring(said[1])] then
    local number = said[2]
    if number == 0 then number = state.last + 1 end
    state.last = math.max(state.last, number)
    local place = {
      member = message.member, name = said[1], number = number, phase = "waiting", refusals = 0, job = "", due = 0
    }
    hear(place, said)
    places[#places + 1] = place
  end
end
for _, place in ipairs(places) do
  if place.job ~= "" and ended[place.job] then
    place.phase = "left"
    place.due = math.min(place.due, now + message.heldAfterEnd)
  end
end
table.sort(places, function(a, b)
  if a.number ~= b.number then return a.number < b.number end
  if a.member ~= b.member then return a.member < b.member end
  return a.name < b.name
end)

local queue, held, sending = {}, 0, 0
for _, place in ipairs(places) do
  if holds(place) then held = held + 1 elseif place.phase ~= "left" then queue[#queue + 1] = place end
  if place.phase == "sending" then sending = sending + 1 end
end
if message.count > 0 then
  if #queue == 0 or held - sending >= message.count then state.careful = false end
  for _, place in ipairs(queue) do
    if state.closed > now or held >= message.count then break end
    if place.phase == "paused" or (state.careful and sending > 0) then break end
    place.phase = "sending"
    held, sending = held + 1, sending + 1
  end
end

local answers, position = {}, 0
for _, place in ipairs(places) do
  local waits = place.phase == "waiting" or place.phase == "paused"
  if waits then position = position + 1 end
  if place.member == message.member then
    answers[tostring(place.name)] = { place.number, waits and position or place.phase == "left" and -1 or 0 }
  end
end
local answer = { state.stamp }
for _, said in ipairs(message.places) do answer[#answer + 1] = answers[tostring(said[1])] end

state.places = places
redis.call("SET", KEYS[1], cjson.encode(state), "PX", 86400000)
return answer
`

/** The keys of the task slots in Redis begin with the prefix. */
export const overRedis = (redis: Redis.Redis["Service"], prefix: string): Store => {
  const script = Redis.script((key: string, message: string) => [key, message], {
    lua,
    numberOfKeys: 1
  }).withReturnType<Answer>()
  return { tell: (kind, message) => redis.eval(script)(`${prefix}slots:${kind}`, JSON.stringify(message)) }
}
