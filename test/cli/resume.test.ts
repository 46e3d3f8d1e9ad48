import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { run, sharedJournal, start, unknownId } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: 0 }), NodeFileSystem.layer))

const temporaryDirectory = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

const submit = (operation: string, ...flags: ReadonlyArray<string>) => [
  "submit",
  "--prompt",
  "a teapot",
  "--operation-id",
  operation,
  ...flags
]

/** A journal with two jobs, one after the other. */
const twoJobs = Effect.gen(function* () {
  const { journal } = yield* sharedJournal
  for (const operation of ["order-1", "order-2"]) {
    yield* run(submit(operation), { journal })
    yield* Effect.sleep("5 millis")
  }
  return journal
})

const submissions = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (requests) => requests.filter(({ action = "" }) => action.startsWith("Submit")).length
)

describe("hunyuan3d resume", () => {
  it.live("waits for the job of an operation, or a job, and downloads it, and submits nothing", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { journal, service } = yield* sharedJournal
      for (const byJob of [false, true]) {
        const directory = yield* temporaryDirectory
        const operation = `order-${byJob}`
        yield* run(submit(operation, "--kind", "rapid", "--region", "eu-frankfurt"), { journal })
        const jobId = (yield* service.list).entries.find((entry) => entry.operation === operation)?.ticket?.jobId
        // Neither its kind nor its region has to be given.
        const id = byJob ? (jobId ?? "") : operation
        const { code, stderr, stdout } = yield* run(["resume", id, "--out", directory], { journal })
        assert.match(stderr, new RegExp(`^Job ${jobId}:\\n.* DONE `))
        assert.match(stdout, /^FILE +SIZE\n.*-glb\.glb/)
        assert.deepStrictEqual(yield* fs.readDirectory(directory), [`${jobId}-glb.glb`, `${jobId}-manifest.json`])
        assert.strictEqual(code, 0)
      }
      assert.strictEqual(yield* submissions, 2)
    }).pipe(WithFake)
  )

  it.live("resumes with --all what is unfinished, the oldest first, and then nothing is", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const fake = yield* Fake.Fake
      const directory = yield* temporaryDirectory
      const journal = yield* twoJobs
      yield* fake.fault({ code: "UnauthorizedOperation" })
      yield* run(submit("order-3"), { journal })
      const first = yield* run(["resume", "--all", "--out", directory], { journal })
      const ids = (yield* fake.jobs).map(({ id }) => id)
      assert.deepStrictEqual(
        [...first.stderr.matchAll(/^Job (\d+):$/gm)].map(([, id]) => id),
        ids
      )
      assert.sameMembers(
        yield* fs.readDirectory(directory),
        ids.flatMap((id) => [`${id}-glb.glb`, `${id}-manifest.json`])
      )
      assert.strictEqual(first.code, 0)
      const second = yield* run(["resume", "--all", "--out", directory], { journal })
      assert.deepStrictEqual(second, { code: 0, stderr: "", stdout: "Nothing is unfinished.\n" })
      assert.include((yield* run(["jobs"], { journal })).stdout, " downloaded ")
    }).pipe(WithFake)
  )

  it.live("goes on with the others when one job fails, and ends with the exit code of that", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const directory = yield* temporaryDirectory
      const journal = yield* twoJobs
      const [first, second] = yield* fake.jobs
      yield* fake.fail(first?.id ?? "", { code: "X", message: "no mesh" })
      const { code, stderr, stdout } = yield* run(["resume", "--all", "--out", directory, "--interval", "50ms"], {
        journal
      })
      assert.match(stderr, /\nhunyuan3d: Job \d+ failed: no mesh.*\n/)
      assert.match(stderr, /\nhunyuan3d: 1 of 2 jobs were not downloaded\.\n$/)
      assert.include(stdout, `${second?.id}-glb.glb`)
      assert.strictEqual(code, 2)
      const again = yield* run(["resume", "--all"], { journal })
      assert.strictEqual(again.stdout, "Nothing is unfinished.\n")
    }).pipe(Effect.provide(Layer.merge(Fake.layer({ run: "500 millis" }), NodeFileSystem.layer)))
  )

  it.live("leaves out jobs that were submitted elsewhere, and says so", () =>
    Effect.gen(function* () {
      const { journal, service } = yield* sharedJournal
      const ticket = new Job.JobTicket({ jobId: Job.JobId.make(unknownId), kind: "Pro", region: "ap-singapore" })
      const submission = {
        operation: "order-1",
        kind: JobKind.Pro,
        request: { Prompt: "a teapot" },
        region: "ap-singapore",
        endpoint: "127.0.0.1:8080"
      }
      yield* service.submit(submission, Effect.succeed(ticket))
      const all = yield* run(["resume", "--all"], { journal })
      assert.match(all.stderr, /^Some unfinished jobs were submitted elsewhere: 127\.0\.0\.1:8080\..*--endpoint\.\n$/)
      const one = yield* run(["resume", "order-1"], { journal })
      assert.match(one.stderr, /^hunyuan3d: Job \d+ was submitted to 127\.0\.0\.1:8080, .* with --endpoint\.\n$/)
      assert.deepStrictEqual([all.code, one.code], [0, 1])
    }).pipe(WithFake)
  )

  it.effect("says of an operation without a job why there is none, and exits with 5 when nobody knows", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const { journal } = yield* sharedJournal
      yield* fake.fault({ code: "UnauthorizedOperation" })
      yield* run(submit("order-1"), { journal })
      yield* fake.fault("dropped")
      yield* run(submit("order-2"), { journal })
      for (const [id, code, reason] of [
        ["order-1", 1, /^hunyuan3d: Operation order-1 has no job: .*UnauthorizedOperation.*\n$/],
        ["order-2", 5, /^hunyuan3d: There is no ticket to resume: operation order-2 .* --again\.\n$/],
        ["order-3", 1, /^hunyuan3d: "order-3" is not in the journal\./]
      ] as const) {
        const ended = yield* run(["resume", id], { journal })
        assert.match(ended.stderr, reason)
        assert.strictEqual(ended.code, code)
      }
    }).pipe(WithFake)
  )

  it.effect("wants one id, or --all", () =>
    Effect.gen(function* () {
      for (const args of [["resume"], ["resume", "order-1", "--all"]]) {
        const { code, stderr } = yield* run(args)
        assert.match(stderr, /^hunyuan3d: Give one job or operation, --last, or --all\./)
        assert.strictEqual(code, 1)
      }
    }).pipe(WithFake)
  )

  it.effect("says when it is interrupted how to go on", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      yield* run(submit("order-1"), { journal })
      const resuming = yield* start(["resume", "order-1"], { journal })
      yield* resuming.prints(/ RUN /)
      yield* resuming.stop
      const { code, stderr } = yield* resuming.ended
      assert.match(stderr, /\nInterrupted\. The job goes on; to resume it: hunyuan3d resume \d+ --out \.\n$/)
      assert.strictEqual(code, 130)
    }).pipe(Effect.provide(Fake.layer({ run: "1 hour" })))
  )
})
