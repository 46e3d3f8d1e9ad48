/**
 * Runs seeds of the simulator (test/simulator), and prints each seed that breaks a law: what happened in it, and the
 * command that replays it.
 *
 *   npm run simulate -- --seeds 10000
 *   npm run simulate -- --seed 17
 *
 * Without --from, the seeds begin at a random one. Each core runs a thread of its own.
 */
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { Schema } from "effect"
import { describe, simulate } from "../test/simulator/simulate.ts"

const Share = Schema.Struct({ from: Schema.Int, to: Schema.Int, step: Schema.Int })
const Failure = Schema.String

/** In a thread: its share of the seeds. */
const runShare = ({ from, step, to }: typeof Share.Type) => {
  for (let seed = from; seed < to; seed += step) {
    const report = simulate(seed)
    if (report.broken.length > 0) parentPort?.postMessage(describe(report))
  }
}

const { values } = parseArgs({
  options: { seed: { type: "string" }, seeds: { type: "string", default: "200" }, from: { type: "string" } }
})

const thread = (share: typeof Share.Type, fails: (what: string) => void) =>
  new Promise<void>((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share })
    worker.on("message", (message) => fails(Schema.decodeUnknownSync(Failure)(message)))
    worker.once("error", reject)
    worker.once("exit", () => resolve())
  })

const runAll = async (from: number, count: number) => {
  const started = performance.now()
  let failures = 0
  const fails = (what: string) => {
    failures += 1
    // The first ones say enough.
    if (failures <= 3) console.error(`${what}\n`)
  }
  const step = availableParallelism()
  await Promise.all(
    Array.from({ length: step }, (_, nth) => thread({ from: from + nth, to: from + count, step }, fails))
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(
    `${count} seeds from ${from} in ${seconds} s: ${failures === 0 ? "no law is broken" : `${failures} break a law`}`
  )
  if (failures > 0) process.exitCode = 1
}

if (!isMainThread) {
  runShare(Schema.decodeUnknownSync(Share)(workerData))
} else if (values.seed !== undefined) {
  const report = simulate(Number(values.seed))
  console.log(report.broken.length > 0 ? describe(report) : report.events.join("\n"))
  if (report.broken.length > 0) process.exitCode = 1
} else {
  await runAll(Number(values.from ?? Math.floor(Math.random() * 2 ** 31)), Number(values.seeds))
}
