/** Redis as the stores that processes share see it: a real one whose clock a test sets, and the way of messages to one. */
import { NodeRedis } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import { Redis } from "effect/persistence"
import { startRedis } from "./redis.ts"

/** A client of a Redis server of its own. */
export const connect = Effect.gen(function* () {
  const { url } = yield* startRedis
  return Context.get(yield* Layer.build(NodeRedis.layer({ url })), Redis.Redis)
})

// Seconds, and the microseconds of the current one.
const time = `{ math.floor(redis.call("GET", "now") / 1000), redis.call("GET", "now") % 1000 * 1000 }`

/** The same Redis, whose scripts read the time from here, in milliseconds. */
export const atTime = (redis: Redis.Redis["Service"], now: () => number) =>
  Redis.make({
    send: <A>(command: string, ...args: ReadonlyArray<string>): Effect.Effect<A, Redis.RedisError> => {
      const [load = "", lua = ""] = args
      if (command === "SCRIPT") return redis.send<A>(command, load, lua.replace(`redis.call("TIME")`, time))
      const sent = redis.send<A>(command, ...args)
      return command === "EVALSHA" ? Effect.andThen(redis.send("SET", "now", `${now()}`), sent) : sent
    },
    subscribe: () => Effect.die("not there"),
    connect: Effect.die("not there")
  })

/** What happens to the messages of one process. */
export type Way = (answer: Effect.Effect<unknown, Redis.RedisError>) => Effect.Effect<unknown, Redis.RedisError>

/** A way that a test can block: what is sent meanwhile gets no answer. */
export const blockable = () => {
  let blocked = false
  const way: Way = (answer) => Effect.suspend(() => (blocked ? Effect.never : answer))
  return {
    way,
    block: () => {
      blocked = true
    },
    open: () => {
      blocked = false
    }
  }
}
