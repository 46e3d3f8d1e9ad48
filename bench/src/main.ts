/**
 * `npm run bench`: measures the library beside its peers, and prints one table.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { bundle } from "./cases/bundle.ts"
import { call } from "./cases/call.ts"
import { download } from "./cases/download.ts"
import { fake } from "./cases/fake.ts"
import { heap } from "./cases/heap.ts"
import { coldImport } from "./cases/import.ts"
import { permit } from "./cases/permit.ts"
import { schedule } from "./cases/schedule.ts"
import { sign } from "./cases/sign.ts"
import { start } from "./cases/start.ts"
import { unpack } from "./cases/unpack.ts"
import { manyWaits, waits } from "./cases/waits.ts"
import { json, table } from "./table.ts"

const cases = [
  call,
  sign,
  heap,
  waits,
  manyWaits,
  permit,
  schedule,
  download,
  unpack,
  coldImport,
  start,
  bundle,
  fake
]
const names = cases.map(({ name }) => name)

const bench = Command.make(
  "bench",
  {
    only: Flag.Literals("only", names).pipe(
      Flag.withDescription("Run one case; may be given several times"),
      Flag.atLeast(0)
    ),
    short: Flag.Boolean("short").pipe(
      Flag.withDescription("Fewer rounds and smaller amounts, for CI"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Print one JSON object"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* (flags) {
    const form = flags.short ? "short" : "full"
    const chosen = cases.filter(({ name }) => flags.only.length === 0 || flags.only.includes(name))
    const lines = []
    for (const { name, run } of chosen) {
      const start = performance.now()
      lines.push(...(yield* Effect.scoped(run(form))))
      yield* Console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    }
    yield* Console.log(flags.json ? JSON.stringify({ form, lines: json(lines) }, undefined, 2) : table(lines))
  })
)

Command.run(bench, { version: "0.0.0" }).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
