import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { layerBroken } from "../support/jobs.ts"
import { run, sharedJournal, start } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: 0 }), NodeFileSystem.layer))

const submit = ["submit", "--prompt", "a teapot"]
const order = [...submit, "--operation-id", "order-17"]

const sent = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (requests) => requests.length
)

describe("the journal of the program", () => {
  it.effect("has what submit bought, with an operation id of its own", () =>
    Effect.gen(function* () {
      const { journal, service } = yield* sharedJournal
      const { stdout } = yield* run(submit, { journal })
      const [entry] = (yield* service.list).entries
      assert.include(stdout, `Submitted job ${entry?.ticket?.jobId}.`)
      assert.match(entry?.operation ?? "", /^[0-9a-f-]{36}$/)
    }).pipe(WithFake)
  )

  it.effect("gives the job of an operation again, and tells that nothing was submitted", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      yield* run(order, { journal })
      yield* TestClock.adjust("1 minute")
      const { code, stderr, stdout } = yield* run(order, { journal })
      assert.strictEqual(stderr, stdout)
      assert.match(
        stdout,
        /^Nothing was submitted: operation order-17 has job \d+, of 1970-.*\. To wait for it: hunyuan3d wait /
      )
      assert.deepStrictEqual([code, yield* sent], [0, 1])
    }).pipe(WithFake)
  )

  it.effect("lets generate go on with the job of its operation", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      yield* run(order, { journal })
      yield* TestClock.adjust("1 minute")
      const generate = ["generate", ...order.slice(1)]
      const { code, stderr, stdout } = yield* run(generate, { journal })
      assert.match(stderr, /^Nothing was submitted: operation order-17 has job/)
      assert.include(stdout, "GLB")
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* Fake.Fake.use((fake) => fake.jobs)).length, 1)
    }).pipe(WithFake)
  )

  it.effect("names the flags in which another request of the same operation differs, and exits with 1", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      yield* run(order, { journal })
      const other = ["submit", "--operation-id", "order-17", "--face-count", "40000", "--prompt", "a cup"]
      const { code, stderr } = yield* run([...other, "--region", "eu-frankfurt"], { journal })
      assert.match(stderr, /^hunyuan3d: Nothing was submitted: --operation-id order-17 stands for another request/)
      for (const flag of ["--prompt", "--face-count", "--region"]) assert.include(stderr, flag)
      assert.deepStrictEqual([code, yield* sent], [1, 1])
    }).pipe(WithFake)
  )

  it.effect("lets an operation without a clear answer not be submitted until --again, and exits with 5", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      yield* Fake.Fake.use((fake) => fake.fault("dropped"))
      const first = yield* run(order, { journal })
      assert.include(first.stderr, "No clear answer came to the submission of operation order-17.")
      const second = yield* run(order, { journal })
      assert.match(
        second.stderr,
        /^hunyuan3d: Nothing was submitted: operation order-17 .* --operation-id order-17 --again\.\n$/
      )
      assert.deepStrictEqual([first.code, second.code, yield* sent], [5, 5, 1])
      const third = yield* run([...order, "--again"], { journal })
      assert.deepStrictEqual([third.code, yield* sent], [0, 2])
    }).pipe(WithFake)
  )

  it.effect("that cannot be written lets nothing be submitted, and exits with 1", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(submit, { journal: layerBroken })
      assert.match(stderr, /^hunyuan3d: The journal cannot be written: EIO\. XDG_STATE_HOME .* --no-journal submits/)
      assert.deepStrictEqual([code, yield* sent], [1, 0])
      const without = yield* run([...submit, "--no-journal"], { journal: layerBroken })
      assert.notInclude(without.stderr, "journal")
      assert.strictEqual(without.code, 0)
    }).pipe(WithFake)
  )

  it.effect("is needed for --operation-id, and --again needs that", () =>
    Effect.gen(function* () {
      const generate = ["generate", ...order.slice(1)]
      for (const [args, reason] of [
        [[...order, "--no-journal"], /^hunyuan3d: --operation-id needs the journal\./],
        [[...generate, "--transport", "fake"], /^hunyuan3d: --operation-id needs the journal\./],
        [[...submit, "--again"], /^hunyuan3d: --again needs --operation-id/],
        [[...submit, "--operation-id", "a b"], /--operation-id.*1 to 64 letters/]
      ] as const) {
        const { code, stderr } = yield* run(args)
        assert.match(stderr, reason)
        assert.strictEqual(code, 1)
      }
      assert.strictEqual(yield* sent, 0)
    }).pipe(WithFake)
  )

  it.effect("hears nothing of the fake inside the program, nor of the demo", () =>
    Effect.gen(function* () {
      const directory = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
      for (const args of [
        ["generate", "--prompt", "a teapot", "--transport", "fake"],
        ["demo", "--out", directory]
      ]) {
        const running = yield* start(args, { journal: layerBroken, env: {} })
        yield* running.prints(/Submitted/)
        yield* running.stop
        assert.notInclude((yield* running.ended).stderr, "journal")
      }
    }).pipe(WithFake)
  )

  it.live("has how a job ended, and where generate and download put its files", () =>
    Effect.gen(function* () {
      const directory = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
      const { journal, service } = yield* sharedJournal
      yield* run(["generate", ...order.slice(1), "--out", directory], { journal })
      const [entry] = (yield* service.list).entries
      assert.strictEqual(entry?.ended?.status, "DONE")
      assert.deepStrictEqual(entry?.files?.paths, [`${directory}/${entry?.ticket?.jobId}-glb.glb`])
      yield* run(["download", entry?.ticket?.jobId ?? "", "--out", `${directory}/again`], { journal })
      const [later] = (yield* service.list).entries
      assert.deepStrictEqual(later?.files?.paths, [`${directory}/again/${entry?.ticket?.jobId}-glb.glb`])
    }).pipe(WithFake)
  )

  it.live("that cannot be written makes a download only warn", () =>
    Effect.gen(function* () {
      const directory = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const { code, stderr } = yield* run(["download", id, "--out", directory], { journal: layerBroken })
      assert.include(stderr, `The download of job ${id} is not recorded. The journal cannot be written: EIO.`)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )
})
