/**
 * A process of a fleet: generates a model for each line `kind prompt` that it is told, all at the same time, until it is
 * killed.
 *
 *   node test/job/TaskSlots.worker.ts <Redis URL> <host of the fake>
 *
 * It prints `position N prompt` while one waits, and `done prompt` or `failed prompt: why` at its end.
 */
import * as readline from "node:readline"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import { Effect, Layer, Queue, Schedule } from "effect"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as TaskSlots from "../../src/job/TaskSlots.ts"
import * as Fake from "../../src/testing/Fake.ts"

const [redis = "", host = ""] = process.argv.slice(2)

const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const generate = (line: string) => {
  const [kind, prompt = ""] = line.split(" ")
  const options = {
    schedule: Schedule.spaced("300 millis"),
    onPosition: (position: number) => say(`position ${position} ${prompt}`)
  }
  return GenerateJob.GenerateJob.use((jobs) =>
    kind === "Rapid"
      ? jobs.generate(JobKind.Rapid, { Prompt: prompt }, options)
      : jobs.generate(JobKind.Pro, { Prompt: prompt }, options)
  ).pipe(
    Effect.matchEffect({
      onSuccess: () => say(`done ${prompt}`),
      onFailure: (error) => say(`failed ${prompt}: ${error.message}`)
    })
  )
}

const Slots = TaskSlots.layerShared({ heldAfterEnd: "1 second", longestJob: "12 seconds" }).pipe(
  Layer.provide(NodeRedis.layer({ url: redis, disableOfflineQueue: true }))
)

await Effect.gen(function* () {
  const lines = yield* Queue.unbounded<string>()
  readline
    .createInterface({ input: process.stdin })
    .on("line", (line) => Queue.offerUnsafe(lines, line))
    // It ends with the process that started it.
    .on("close", () => process.exit())
  yield* say("ready")
  yield* Effect.forever(Effect.flatMap(Queue.take(lines), (line) => Effect.forkChild(generate(line))))
}).pipe(
  Effect.provide(
    GenerateJob.layer.pipe(
      Layer.provide([
        Slots,
        NodeHttpClient.layerUndici,
        Credentials.layer(Fake.credential),
        Endpoint.layer({ protocol: "http", host })
      ])
    )
  ),
  Effect.runPromise
)
