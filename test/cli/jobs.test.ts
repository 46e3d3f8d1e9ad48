import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import { TestClock } from "effect/testing"
import * as Journal from "../../src/job/Journal.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { layerBroken } from "../support/jobs.ts"
import { outputOf } from "./output.ts"
import { run, sharedJournal } from "./run.ts"

const WithFake = Effect.provide(Fake.layer({ run: "1 hour" }))

const submit = (operation: string, ...flags: ReadonlyArray<string>) => [
  "submit",
  "--prompt",
  "a teapot",
  "--operation-id",
  operation,
  ...flags
]

describe("hunyuan3d jobs", () => {
  it.effect("lists what was bought, the newest first, with its state, when it expires and what it costs", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const { journal } = yield* sharedJournal
      yield* run(submit("order-1"), { journal })
      yield* TestClock.adjust("2 hours")
      yield* run(submit("order-2", "--kind", "rapid"), { journal })
      yield* fake.fault("dropped")
      yield* TestClock.adjust("1 second")
      yield* run(submit("order-3"), { journal })
      yield* fake.fault({ code: "UnauthorizedOperation" })
      yield* TestClock.adjust("1 second")
      yield* run(submit("order-4"), { journal })
      const [first, second] = yield* fake.jobs
      yield* run(["query", first?.id ?? ""], { journal })
      const { code, stderr, stdout } = yield* run(["jobs"], { journal })
      const [head, ...rows] = stdout.trimEnd().split("\n")
      assert.match(head ?? "", /^JOB +KIND +STATE +AGE +ID EXPIRES +LINKS EXPIRE +COST +OPERATION$/)
      assert.deepStrictEqual(
        rows.map((row) => row.replaceAll(/ {2,}/g, " | ").replace(/ \d s /, " 0 s ")),
        [
          "none | pro | refused | 0 s | order-4",
          "none | pro | unknown | 0 s | ~25 | order-3",
          `${second?.id} | rapid | submitted | 0 s | in 23 h 59 min | ~15 | order-2`,
          `${first?.id} | pro | done | 2 h 0 min | in 21 h 59 min | in 22 h 59 min | 25 | order-1`
        ]
      )
      assert.match(
        stderr,
        /^To wait for .*: hunyuan3d resume --all --out DIRECTORY\nAn unknown operation .*console\.\n$/
      )
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("says of a job that failed, and of one whose id the service has forgotten, that it did", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const { journal } = yield* sharedJournal
      yield* run(submit("order-1"), { journal })
      const [job] = yield* fake.jobs
      yield* fake.fail(job?.id ?? "", { code: "X", message: "no mesh" })
      yield* run(["query", job?.id ?? ""], { journal })
      yield* run(submit("order-2"), { journal })
      yield* TestClock.adjust("25 hours")
      const { stderr, stdout } = yield* run(["jobs"], { journal })
      assert.match(stdout, / failed .* order-1\n/)
      assert.match(stdout, / expired .* order-2\n/)
      assert.strictEqual(stderr, "")
    }).pipe(WithFake)
  )

  it.effect("prints with --json one object with the tickets, and no digests", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      yield* run(submit("order-1"), { journal })
      yield* Fake.Fake.use((fake) => fake.fault({ code: "UnauthorizedOperation" }))
      yield* TestClock.adjust("1 second")
      yield* run(submit("order-2"), { journal })
      const { stdout } = yield* run(["jobs", "--json"], { journal })
      const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
      const place = { kind: "Pro", region: "ap-singapore", endpoint: "hunyuan.intl.tencentcloudapi.com" }
      const submittedAt = "1970-01-01T00:00:00.000Z"
      yield* outputOf(stdout)
      const { jobs, ...rest } = JSON.parse(stdout)
      assert.deepStrictEqual(rest, { version: 1, command: "jobs", ok: true, unreadable: [] })
      const [refused, submitted] = jobs
      assert.strictEqual(refused.code, "UnauthorizedOperation")
      assert.isString(refused.requestId)
      assert.deepStrictEqual(submitted, {
        operation: "order-1",
        state: "submitted",
        ...place,
        startedAt: submittedAt,
        ticket: { jobId: job?.id, kind: "Pro", region: "ap-singapore", submittedAt },
        expiresAt: "1970-01-02T00:00:00.000Z",
        estimate: { min: 25, max: 25 }
      })
      // A ticket from there is what other commands take.
      const { code } = yield* run(["query", JSON.stringify(submitted.ticket)], { journal })
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("says that nothing was submitted", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["jobs"])
      assert.match(stdout, /^Nothing was submitted on this machine/)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("names what cannot be read beside the others, and how to remove it", () =>
    Effect.gen(function* () {
      const store = yield* Layer.build(Layer.fresh(KeyValueStore.layerMemory))
      const journal = Journal.layerKeyValueStore.pipe(Layer.provide(Layer.succeedContext(store)))
      yield* run(submit("order-1"), { journal })
      yield* KeyValueStore.KeyValueStore.use((values) => values.set("effect-hunyuan3d/journal/order-2.1", "{")).pipe(
        Effect.provide(store)
      )
      const { code, stderr, stdout } = yield* run(["jobs"], { journal })
      assert.match(stdout, / order-1\n$/)
      assert.match(stderr, /Operation order-2 cannot be read, .*To remove it: hunyuan3d forget order-2\n$/)
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* run(["forget", "order-2"], { journal })).code, 0)
      assert.notInclude((yield* run(["jobs"], { journal })).stderr, "order-2")
    }).pipe(WithFake)
  )

  it.effect("exits with 1 when the journal cannot be read", () =>
    Effect.gen(function* () {
      for (const args of [["jobs"], ["resume", "--all"], ["forget", "order-1"]]) {
        const { code, stderr } = yield* run(args, { journal: layerBroken })
        assert.match(stderr, /^hunyuan3d: The journal cannot be /)
        assert.strictEqual(code, 1)
      }
    }).pipe(WithFake)
  )
})

describe("hunyuan3d forget", () => {
  it.effect("removes an operation, by its id or by that of its job, and says which job that was", () =>
    Effect.gen(function* () {
      const { journal, service } = yield* sharedJournal
      for (const operation of ["order-1", "order-2"]) yield* run(submit(operation), { journal })
      const [first, second] = yield* Fake.Fake.use((fake) => fake.jobs)
      for (const [id, job, operation] of [
        ["order-1", first?.id, "order-1"],
        [second?.id, second?.id, "order-2"]
      ]) {
        const { code, stdout } = yield* run(["forget", id ?? ""], { journal })
        assert.include(stdout, `Forgot operation ${operation}. Its job ${job} (--kind pro --region ap-singapore)`)
        assert.strictEqual(code, 0)
      }
      assert.deepStrictEqual((yield* service.list).entries, [])
    }).pipe(WithFake)
  )

  it.effect("exits with 1 for what is not there", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["forget", "order-1"])
      assert.strictEqual(stderr, 'hunyuan3d: "order-1" is not in the journal. To see what is: hunyuan3d jobs\n')
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )
})
