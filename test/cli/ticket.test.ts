import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { layerBroken } from "../support/jobs.ts"
import { outputOf } from "./output.ts"
import { run, sharedJournal, unknownId } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: 0 }), NodeFileSystem.layer))

/** A job of another kind and region than the flags stand for, and its ticket. */
const submitted = Effect.gen(function* () {
  const { journal } = yield* sharedJournal
  const submit = ["submit", "--kind", "rapid", "--region", "eu-frankfurt", "--prompt", "a teapot"]
  const { stdout } = yield* run([...submit, "--json", "--operation-id", "order-17"], { journal })
  const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
  return { journal, stdout, id: job?.id ?? "" }
})

const temporaryDirectory = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

const writeFile = Effect.fnUntraced(function* (content: string) {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/ticket.json`
  yield* fs.writeFileString(path, content)
  return path
})

const sent = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (requests) => requests.length
)

describe("a job on the command line", () => {
  it.effect("is named by a ticket as text, in a file or on standard input, by its operation, or as the last one", () =>
    Effect.gen(function* () {
      const { journal, stdout } = yield* submitted
      for (const named of [stdout, yield* writeFile(stdout), "-", "order-17", "--last"]) {
        const { code, stderr } = yield* run(["query", named], { journal, stdin: stdout })
        assert.strictEqual(code, 0, `${named}: ${stderr}`)
      }
    }).pipe(WithFake)
  )

  it.live("is named so for every command that takes one", () =>
    Effect.gen(function* () {
      const { stdout } = yield* submitted
      for (const command of ["wait", "watch", "query", "download", "resume"]) {
        const out = command === "download" || command === "resume" ? ["--out", yield* temporaryDirectory] : []
        // Of the journal it needs nothing.
        const { code, stderr } = yield* run([command, "-", ...out], { stdin: stdout })
        assert.strictEqual(code, 0, `${command}: ${stderr}`)
      }
    }).pipe(WithFake)
  )

  it.effect("is found by a ticket alone, and in an object that holds it in a field of that name", () =>
    Effect.gen(function* () {
      const { ticket } = yield* outputOf((yield* submitted).stdout)
      for (const stdin of [JSON.stringify(ticket), JSON.stringify({ order: 17, ticket })]) {
        assert.strictEqual((yield* run(["query", "-"], { stdin })).code, 0)
      }
    }).pipe(WithFake)
  )

  it.effect("is named on standard input by its id alone as well, with the flags for its kind and region", () =>
    Effect.gen(function* () {
      const { id } = yield* submitted
      const flags = ["--kind", "rapid", "--region", "eu-frankfurt"]
      assert.strictEqual((yield* run(["query", "-", ...flags], { stdin: `${id}\n` })).code, 0)
      assert.strictEqual((yield* run(["query", "-"], { stdin: `${id}\n` })).code, 4)
    }).pipe(WithFake)
  )

  it.effect("is the newest that was accepted at the endpoint, with --last", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const { journal } = yield* submitted
      const submit = ["submit", "--prompt", "a cup", "--region", "ap-singapore"]
      yield* TestClock.adjust("1 second")
      yield* run(submit, { journal })
      yield* TestClock.adjust("1 second")
      yield* fake.fault({ code: "UnauthorizedOperation" })
      yield* run(submit, { journal })
      yield* TestClock.adjust("1 second")
      yield* run([...submit, "--endpoint", "https://other.example"], { journal })
      const [, second, other] = yield* fake.jobs
      assert.include((yield* run(["query", "--last"], { journal })).stdout, second?.id ?? "none")
      const there = yield* run(["query", "--last", "--endpoint", "https://other.example"], { journal })
      assert.include(there.stdout, other?.id ?? "none")
    }).pipe(WithFake)
  )

  it.effect("is not guessed: a name that is a file and an operation is refused, and ten digits are a JobId", () =>
    Effect.gen(function* () {
      const { journal, stdout } = yield* submitted
      const file = yield* writeFile(stdout)
      const operation = (name: string) => ["submit", "--prompt", "a cup", "--operation-id", name]
      // A name without a slash, so in this directory.
      yield* run(operation("package.json"), { journal })
      const both = yield* run(["query", "package.json"], { journal })
      assert.match(both.stderr, /^hunyuan3d: "package\.json" is a file and an operation .* Give \.\/package\.json /)
      yield* run(operation(unknownId), { journal })
      assert.strictEqual((yield* run(["query", unknownId], { journal })).code, 4)
      // A file needs no journal.
      assert.strictEqual((yield* run(["query", file], { journal: layerBroken })).code, 0)
    }).pipe(WithFake)
  )

  it.effect("that has no job is told of as resume does", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      const fake = yield* Fake.Fake
      for (const [fault, reason, exitCode] of [
        [{ code: "UnauthorizedOperation" }, /has no job: its submission was refused/, 1],
        ["dropped", /There is no ticket to resume: operation order-2 .* may exist and be paid for/, 5]
      ] as const) {
        yield* fake.fault(fault)
        const operation = `order-${exitCode === 1 ? 1 : 2}`
        yield* run(["submit", "--prompt", "a cup", "--operation-id", operation], { journal })
        const { code, stderr } = yield* run(["wait", operation], { journal })
        assert.match(stderr, reason)
        assert.strictEqual(code, exitCode)
      }
    }).pipe(WithFake)
  )

  it.effect("that cannot be read is told of with what to give, and nothing is sent", () =>
    Effect.gen(function* () {
      const empty = yield* writeFile(" \n")
      for (const [args, stdin, reason] of [
        [["12345"], "", /^hunyuan3d: "12345" is not a JobId, no file, and no operation of the journal\./],
        [["./missing.json"], "", /^hunyuan3d: "\.\/missing\.json" is not a JobId, no file, /],
        [["{"], "", /^hunyuan3d: This is not a ticket: it is not JSON\. Give a ticket as submit --json printed it/],
        [["{}"], "", /^hunyuan3d: This is not a ticket\. .*jobId/],
        [[`{"jobId":"12345"}`], "", /^hunyuan3d: This is not a ticket\. .*jobId/],
        [[`{"ok":false,"ticket":null}`], "", /^hunyuan3d: This is not a ticket\. /],
        [["-"], "", /^hunyuan3d: Standard input is empty\. Give a ticket/],
        [["-"], "Submitted job 1", /^hunyuan3d: Standard input is not a ticket: it is not JSON\./],
        [[empty], "", /^hunyuan3d: ".*ticket\.json" is empty\. Give a ticket/],
        [[], "", /^hunyuan3d: Give one job, by its JobId or its ticket, or --last\./],
        [
          ["--last"],
          "",
          /^hunyuan3d: The journal has no job that was submitted to hunyuan\.intl\.tencentcloudapi\.com\./
        ],
        [[unknownId, "--last"], "", /^hunyuan3d: Give one job, /]
      ] as const) {
        for (const command of ["wait", "watch", "query", "download"]) {
          const { code, stderr } = yield* run([command, ...args], { stdin })
          assert.match(stderr, reason)
          assert.strictEqual(code, 1)
        }
      }
      assert.strictEqual(yield* sent, 0)
    }).pipe(WithFake)
  )
})
