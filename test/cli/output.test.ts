import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServer from "effect/http/HttpServer"
import * as NetAddress from "effect/net/NetAddress"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { layerBroken } from "../support/jobs.ts"
import { lineOf, outputOf } from "./output.ts"
import { answering, run, sharedJournal, start, unknownId } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: 0 }), NodeFileSystem.layer))
const WithSlowFake = Effect.provide(Layer.merge(Fake.layer({ run: "1 hour" }), NodeFileSystem.layer))

const submit = ["submit", "--prompt", "a teapot", "--json"]
const generate = ["generate", "--prompt", "a teapot", "--json"]

const temporaryDirectory = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

/** The one object of a run, whose exit code is that of its error. */
const json = Effect.fnUntraced(function* (args: ReadonlyArray<string>, options?: Parameters<typeof run>[1]) {
  const { code, stderr, stdout } = yield* run(args, options)
  const output = yield* outputOf(stdout)
  assert.strictEqual(output.ok, code === 0, stderr)
  assert.strictEqual(output.error?.exitCode ?? 0, code)
  return output
})

describe("what a script gets with --json", () => {
  it.live("is one object from every command, with its name", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      const out = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      for (const args of [
        submit,
        [...submit, "--dry-run"],
        [...generate, "--out", out],
        ["query", id, "--json"],
        ["wait", id, "--json"],
        ["watch", id, "--json"],
        ["download", id, "--json", "--out", out],
        ["jobs", "--json"],
        ["resume", "--all", "--json", "--out", out],
        ["sign", "--json"],
        ["schema", "--json"],
        ["--json", "jobs"],
        ["jobs", "--json=true"]
      ]) {
        const { command, error, ok } = yield* json(args, { journal })
        assert.deepStrictEqual([ok, error], [true, undefined])
        assert.include(args, command)
      }
    }).pipe(WithFake)
  )

  it.effect("is nothing without --json, with another value of it, and after --", () =>
    Effect.gen(function* () {
      for (const args of [["jobs"], ["jobs", "--json=false"], ["jobs", "--json", "false"], ["query", "--", "--json"]]) {
        assert.notInclude((yield* run(args)).stdout, "{")
      }
    }).pipe(WithFake)
  )

  it.effect("is the help where that is wanted", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["wait", "--help", "--json"])
      assert.match(stdout, /hunyuan3d wait/)
      assert.notInclude(stdout, '"version"')
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("says of a wrong command line what is wrong with it", () =>
    Effect.gen(function* () {
      for (const [args, command, message] of [
        [["wait", "--json"], "wait", /JobId/],
        [["frobnicate", "--json"], undefined, /frobnicate/],
        [[...submit, "--face-count", "many"], "submit", /--face-count/],
        [["query", "12", "--json"], "query", /"12" is not a JobId/],
        [["forget", "order-1", "--json"], "forget", /not in the journal/],
        [["resume", "--json"], "resume", /--all/],
        [["serve", "--json"], "serve", /--port/]
      ] as const) {
        const output = yield* json(args)
        assert.strictEqual(output.command, command)
        assert.match(output.error?.message ?? "", message)
        assert.deepInclude(output.error, { code: "Usage", retryable: false, exitCode: 1 })
      }
    }).pipe(WithFake)
  )

  it.effect("has the code and the request id of a refusal, and the ticket of the job that it is about", () =>
    Effect.gen(function* () {
      const { error, ticket } = yield* json(["query", unknownId, "--json"])
      assert.strictEqual(ticket?.jobId, unknownId)
      const { requestId = "", ...rest } = error ?? {}
      assert.match(requestId, /^[0-9a-f-]{36}$/)
      assert.deepInclude(rest, { code: "FailedOperation.JobNotFound", retryable: false, exitCode: 4 })
    }).pipe(WithFake)
  )

  it.effect("has the ticket of a paid job, and the command that goes on, whatever fails after its submission", () =>
    Effect.gen(function* () {
      const generating = yield* start(generate)
      yield* TestClock.adjust("1 second")
      yield* Fake.Fake.use((fake) => fake.fault({ code: "UnauthorizedOperation" }))
      yield* TestClock.adjust("1 minute")
      const { error, ticket } = yield* outputOf((yield* generating.ended).stdout)
      const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
      assert.strictEqual(ticket?.jobId, job?.id)
      assert.deepInclude(error, {
        code: "UnauthorizedOperation",
        exitCode: 4,
        next: `hunyuan3d wait ${job?.id} --kind pro --region ap-singapore`
      })
      assert.notProperty(error, "mayHaveRun")
    }).pipe(WithSlowFake)
  )

  it.effect("says of a submission without a clear answer that it may have run, and is not to be repeated", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      yield* Fake.Fake.use((fake) => fake.fault("dropped"))
      const { error, operation = "" } = yield* json(submit, { journal })
      assert.deepInclude(error, { code: "Client.Transport", retryable: false, mayHaveRun: true, exitCode: 5 })
      const again = yield* json([...submit, "--operation-id", operation], { journal })
      assert.deepInclude(again.error, { code: "SubmissionUnknown", retryable: false, mayHaveRun: true, exitCode: 5 })
    }).pipe(WithFake)
  )

  it.effect("says of a submission that surely did not run that it may be repeated", () =>
    Effect.gen(function* () {
      const { error } = yield* json(submit, { env: {} })
      assert.deepInclude(error, { code: "Client.NoCredentials", retryable: false, exitCode: 1 })
      yield* Fake.Fake.use((fake) => fake.fault({ code: "UnauthorizedOperation" }))
      assert.deepInclude((yield* json(submit)).error, { code: "UnauthorizedOperation", mayHaveRun: false, exitCode: 4 })
    }).pipe(WithFake)
  )

  it.effect("names why the journal lets nothing be submitted, and what is too expensive", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      assert.strictEqual((yield* json(submit, { journal: layerBroken })).error?.code, "JournalError")
      const order = [...submit, "--operation-id", "order-1"]
      yield* json(order, { journal })
      const conflict = yield* json([...order, "--enable-pbr"], { journal })
      assert.deepStrictEqual([conflict.error?.code, conflict.operation], ["OperationConflict", "order-1"])
      const expensive = yield* json([...submit, "--max-credits", "1"])
      assert.deepStrictEqual([expensive.error?.code, expensive.credits?.estimated?.max], ["MaxCredits", 25])
    }).pipe(WithFake)
  )

  it.effect("is one object too when Ctrl-C comes while a submission is under way, with its ticket", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault({ slow: "5 seconds" }))
      const submitting = yield* start(submit)
      yield* TestClock.adjust("1 second")
      yield* submitting.stop
      yield* TestClock.adjust("10 seconds")
      const { error, ticket } = yield* outputOf((yield* submitting.ended).stdout)
      const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
      assert.strictEqual(ticket?.jobId, job?.id)
      assert.deepInclude(error, { code: "Interrupted", retryable: false, exitCode: 130 })
      assert.match(error?.next ?? "", /^hunyuan3d wait \d+ /)
    }).pipe(WithFake)
  )

  it.effect("goes on, when the time of generate passed, with the command that downloads as well", () =>
    Effect.gen(function* () {
      const out = yield* temporaryDirectory
      const generating = yield* start(["generate", "a teapot", "--out", out, "--timeout", "5s", "--json"])
      yield* generating.prints(/ RUN /)
      yield* TestClock.adjust("10 seconds")
      const { error, ticket } = yield* outputOf((yield* generating.ended).stdout)
      assert.strictEqual(error?.code, "WaitTimeout")
      assert.strictEqual(error?.next, `hunyuan3d resume ${ticket?.jobId} --out ${out}`)
    }).pipe(WithSlowFake)
  )

  it.effect.each([[], ["--no-journal"]])(
    "says after Ctrl-C that a submission may have run whose answer was lost, %j",
    (flags) =>
      Effect.gen(function* () {
        yield* Fake.Fake.use((fake) => fake.fault("never"))
        const submitting = yield* start([...submit, ...flags])
        yield* TestClock.adjust("1 second")
        yield* submitting.stop
        yield* TestClock.adjust("1 minute")
        const { error, ticket } = yield* outputOf((yield* submitting.ended).stdout)
        assert.deepInclude(error, { code: "Interrupted", mayHaveRun: true, retryable: false })
        assert.isUndefined(ticket)
      }).pipe(WithFake)
  )

  it.effect("has the state in which a job was seen last when Ctrl-C ends the wait", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const waiting = yield* start(["wait", id, "--json"])
      yield* TestClock.adjust("1 minute")
      yield* waiting.stop
      const { error, job } = yield* outputOf((yield* waiting.ended).stdout)
      assert.strictEqual(job?._tag, "Running")
      assert.match(error?.next ?? "", new RegExp(`^hunyuan3d wait ${id} `))
    }).pipe(WithSlowFake)
  )

  it.effect("from watch is one object a line, of which the last has the error", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const failing = yield* fake.job({ wait: "1 minute", run: "1 minute", outcome: { code: "X", message: "no mesh" } })
      const running = yield* fake.job()
      for (const [id, codes] of [
        [failing, [undefined, undefined, "X"]],
        [running, [undefined, "WaitTimeout"]]
      ] as const) {
        const watching = yield* start(["watch", id, "--json", "--timeout", "5m"])
        yield* TestClock.adjust("10 minutes")
        const lines = yield* Effect.forEach((yield* watching.ended).stdout.trimEnd().split("\n"), lineOf)
        assert.deepStrictEqual(
          lines.map(({ error }) => error?.code),
          [...codes]
        )
        for (const { job } of lines) assert.strictEqual(job?.id, id)
      }
    }).pipe(WithSlowFake)
  )

  it.effect("from serve is its URL", () =>
    Effect.gen(function* () {
      const address = NetAddress.inetAddressFromStringUnsafe("127.0.0.1:8123")
      const server = HttpServer.make({ address, serve: () => Effect.void })
      const listen = () => Layer.succeed(HttpServer.HttpServer, server)
      const serving = yield* start(["serve", "--json"], { listen })
      yield* serving.prints(/\n/)
      assert.strictEqual((yield* outputOf(serving.printed().stdout)).url, "http://127.0.0.1:8123")
      yield* serving.stop
      yield* serving.ended
    }).pipe(WithFake)
  )

  it.effect("from demo is its job and its files", () =>
    Effect.gen(function* () {
      const showing = yield* start(["demo", "--json", "--out", yield* temporaryDirectory], { env: {} })
      yield* showing.prints(/Submitted/)
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("9 seconds")
      const { files, job } = yield* outputOf((yield* showing.ended).stdout)
      assert.strictEqual(job?._tag, "Done")
      assert.includeMembers(files?.map(({ preview, type }) => `${type} ${preview}`) ?? [], ["GLB false", "GLB true"])
    }).pipe(WithFake)
  )

  it.live("from resume has an entry for each job, in which one that failed says so", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const { journal } = yield* sharedJournal
      for (const operation of ["order-1", "order-2"]) {
        yield* run([...submit, "--operation-id", operation], { journal })
        yield* Effect.sleep("5 millis")
      }
      const [first, second] = yield* fake.jobs
      yield* fake.fail(first?.id ?? "", { code: "X", message: "no mesh" })
      yield* fake.complete(second?.id ?? "")
      const output = yield* json(["resume", "--all", "--json", "--out", yield* temporaryDirectory], { journal })
      assert.deepInclude(output.error, { code: "NotDownloaded", exitCode: 2 })
      assert.deepStrictEqual(
        output.results?.map(({ error, files, ok, ticket }) => [ok, ticket?.jobId, error?.code, files?.length]),
        [
          [false, first?.id, "X", undefined],
          [true, second?.id, undefined, 1]
        ]
      )
    }).pipe(Effect.provide(Layer.merge(Fake.layer({ run: "1 hour" }), NodeFileSystem.layer)))
  )

  it.live("has the files that arrived when another one did not", () =>
    Effect.gen(function* () {
      const out = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const both = yield* json(["download", id, "--json", "--out", `${out}/both`, "--previews"])
      const [preview, model] = both.files ?? []
      const maxSize = `${Math.max(preview?.size ?? 0, model?.size ?? 0) - 1}B`
      const download = ["download", id, "--json", "--out", out, "--previews", "--max-size", maxSize]
      const { error, files, job } = yield* json(download)
      assert.deepStrictEqual([error?.code, job?._tag, files?.length], ["TooLarge", "Done", 1])
      assert.strictEqual(error?.next, `hunyuan3d download ${id} --kind pro --region ap-singapore --out ${out}`)
    }).pipe(WithFake)
  )

  it.effect("has in its message no query of a link", () =>
    Effect.gen(function* () {
      const { error } = yield* json(["query", unknownId, "--json"])
      assert.include(error?.message, "https://host/a.glb?…")
      assert.strictEqual(error?.code, "JobFailed")
    }).pipe(
      Effect.provide(
        answering({ Status: "FAIL", ErrorCode: "", ErrorMessage: "cannot read https://host/a.glb?q-signature=abc" })
      )
    )
  )

  it.effect("has whatever the service says, links that were cut off included", () =>
    Effect.gen(function* () {
      const { job } = yield* json(["query", unknownId, "--json"])
      assert.strictEqual(job?.files[0]?.url, "https://host/a.glb?…")
      assert.deepStrictEqual(job?.extra, { Mesh: { from: "https://host/b?…", faces: 1e30 } })
    }).pipe(
      Effect.provide(
        answering({
          Status: "DONE",
          ResultFile3Ds: [{ Type: "", Url: "https://host/a.glb?…" }],
          Mesh: { from: "https://host/b?…", faces: 1e30 }
        })
      )
    )
  )

  it.effect("is one object too for a bug", () =>
    Effect.gen(function* () {
      const { error, ticket } = yield* json(["query", unknownId, "--json"])
      assert.deepInclude(error, { code: "Bug", exitCode: 1 })
      assert.strictEqual(ticket?.jobId, unknownId)
    }).pipe(
      Effect.provideService(
        HttpClient.HttpClient,
        HttpClient.make(() => Effect.die(new Error("broken")))
      )
    )
  )
})
