/** What a person sees of a batch in terminals of 60, 80 and 120 columns, drawn as the program draws it. */
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Sink, Stdio, Terminal } from "effect"
import { board } from "../../../src/cli/batch/board.ts"
import * as states from "../../../src/cli/batch/states.ts"
import * as Capabilities from "../../../src/cli/capabilities.ts"
import * as Screen from "../../../src/cli/screen.ts"
import * as Credits from "../../../src/job/Credits.ts"
import * as Job from "../../../src/job/Job.ts"
import * as JobKind from "../../../src/job/JobKind.ts"
import { plain } from "../run.ts"

const notInTests = Effect.die("not in tests")

/** What is drawn of a text in a terminal. */
const drawn = Effect.fnUntraced(function* (text: string, columns: number) {
  const written: Array<string> = []
  const Drawing = Screen.layer.pipe(
    Layer.provide([
      Stdio.layerTest({
        stderr: () => Sink.forEach((part: string | Uint8Array) => Effect.sync(() => written.push(String(part)))),
        stdoutIsTerminal: Effect.succeed(true)
      }),
      Layer.succeed(
        Terminal.Terminal,
        Terminal.make({
          columns: Effect.succeed(columns),
          rows: Effect.succeed(24),
          size: notInTests,
          readInput: notInTests,
          readLine: notInTests,
          display: () => notInTests
        })
      ),
      Layer.succeed(Capabilities.OfStderr, { canColor: false, canAnimate: true, canPrompt: false })
    ])
  )
  yield* Screen.Screen.use((screen) => screen.during(Effect.succeed(text))(Effect.sleep("50 millis"))).pipe(
    Effect.provide(Drawing)
  )
  return `${plain(written[0] ?? "")}\n`
})

const lines = Array.from({ length: 1000 }, (_, index) => ({
  number: index + 1,
  text: "{}",
  kind: index % 2 === 0 ? JobKind.Pro : JobKind.Rapid,
  operation: `line-${index}`,
  digest: `line-${index}`,
  estimate: Credits.estimate(JobKind.Pro, { Prompt: "a teapot", FaceCount: 500_000 })
}))

const ticketOf = (index: number) =>
  new Job.JobTicket({ jobId: Job.JobId.make(`${10n ** 18n + BigInt(index)}`), kind: "Pro", region: "ap-singapore" })

/** 412 lines are downloaded, 20 failed, 8 run, and the others wait. */
const known = () => {
  const all = states.make(lines)
  for (let index = 0; index < 440; index++) {
    const state = index < 412 ? "downloaded" : index < 432 ? "failed" : "running"
    all.set(index, { state, ticket: ticketOf(index), consumed: index < 400 ? 20 : undefined })
  }
  return all
}

const pace = { elapsed: 3_725_000, ended: new Map(["Pro", "Rapid"].map((kind) => [kind, 216])) }

describe("the board of a batch", () => {
  for (const columns of [60, 80, 120]) {
    it(`in ${columns} columns is as it was, and is not cut`, async () => {
      const frame = await Effect.runPromise(drawn(board(known(), pace, Option.some(25_000), undefined), columns))
      assert.notInclude(frame, "…")
      await expect(frame).toMatchFileSnapshot(`../screens/board-${columns}.txt`)
    })
  }

  it("says below it that an attempt has no answer", () => {
    const text = board(known(), pace, Option.none(), "No answer in 10 s, attempt 1 of 4.")
    assert.match(text, /credits, ends in about 1 h 21 min\n {2}No answer in 10 s, attempt 1 of 4\.$/)
  })

  it("knows no end until a job of each kind has ended", () => {
    const text = board(known(), { elapsed: 1000, ended: new Map([["Pro", 1]]) }, Option.none(), undefined)
    assert.notInclude(text, "ends in")
  })
})
