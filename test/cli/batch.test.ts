import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { BatchReport } from "../../src/cli/batch/reportFile.ts"
import { loadBatch } from "../../src/cli/load.ts"
import { sha256 } from "../../src/internal/sha256.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { png } from "../files/images.ts"
import { inVirtualTime } from "../support/virtualTime.ts"
import { outputOf } from "./output.ts"
import { plain, run, sharedJournal, start } from "./run.ts"

await Effect.runPromise(loadBatch)

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: "1 minute" }), NodeFileSystem.layer))

/** A directory with a batch of these lines. */
const place = Effect.fnUntraced(function* (...lines: ReadonlyArray<unknown>) {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const file = `${directory}/lines.jsonl`
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n")
  yield* fs.writeFileString(file, text)
  const out = `${directory}/models`
  const { journal } = yield* sharedJournal
  const args = (...more: ReadonlyArray<string>) => ["batch", file, "--out", out, ...more]
  return {
    args,
    directory,
    file,
    journal,
    out,
    text,
    run: (...more: ReadonlyArray<string>) =>
      Effect.flatMap(start(args(...more), { journal }), ({ ended }) => inVirtualTime(ended, "5 seconds")),
    report: Effect.flatMap(
      fs.readFileString(`${out}/batch-report.json`),
      Schema.decodeUnknownEffect(Schema.fromJsonString(BatchReport))
    )
  }
})

const submissions = Fake.Fake.use((fake) =>
  Effect.map(fake.requests, (all) => all.filter(({ action }) => action?.startsWith("Submit") === true))
)

const teapot = { Prompt: "a teapot" }
const cup = { Prompt: "a cup", kind: "Rapid" }

describe("hunyuan3d batch", () => {
  it.effect("says what all lines cost, tells of each line what happens, and where the report is", () =>
    Effect.gen(function* () {
      const batch = yield* place(teapot, cup, "", teapot)
      const { code, stderr, stdout } = yield* batch.run()
      assert.match(
        stderr,
        /^3 lines, 2 to buy: 40 credits, USD 0\.54 to 0\.80, by the price list of 2026-05-08\. Submitting\.\n/
      )
      assert.match(stderr, / {2}line 1: submitted, job (\d+)\n/)
      assert.match(stderr, / {2}line 2: downloaded, job (\d+)\n/)
      assert.include(stderr, "  line 4: the same as line 1, not bought again\n")
      assert.include(stderr, `\nThe report: ${batch.out}/batch-report.json\n`)
      assert.strictEqual(stdout, "3 lines: 2 downloaded, 1 duplicate. 40 credits.\n")
      assert.strictEqual(code, 0)
      assert.strictEqual((yield* submissions).length, 2)
    }).pipe(WithFake)
  )

  it.effect("writes a report with the ticket, the files and their digests, and beside the files the manifests", () =>
    Effect.gen(function* () {
      const batch = yield* place({ ...teapot, operation: "order-17" })
      yield* batch.run()
      const { counts, lines } = yield* batch.report
      assert.strictEqual(counts.downloaded, 1)
      const [line] = lines
      assert.strictEqual(line?.operation, "order-17")
      const [glb] = line?.files ?? []
      const fs = yield* FileSystem.FileSystem
      assert.strictEqual(glb?.sha256, sha256(yield* fs.readFile(glb?.path ?? "")))
      assert.deepStrictEqual(
        (yield* fs.readDirectory(batch.out)).toSorted((a, b) => (a < b ? -1 : 1)),
        [`${line?.ticket?.jobId}-glb.glb`, `${line?.ticket?.jobId}-manifest.json`, "batch-report.json"]
      )
    }).pipe(WithFake)
  )

  it.effect("prints with --json one object, whose batch is what the report has", () =>
    Effect.gen(function* () {
      const batch = yield* place(teapot, cup)
      const { code, stdout } = yield* batch.run("--json")
      const output = yield* outputOf(stdout)
      const { version: _, ...report } = yield* batch.report
      assert.deepStrictEqual({ ...output.batch, at: report.at }, report)
      assert.isTrue(output.ok)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("that is run again keeps what is there, and buys nothing", () =>
    Effect.gen(function* () {
      const batch = yield* place(teapot, cup)
      yield* batch.run()
      const before = yield* batch.report
      yield* TestClock.adjust("3 days")
      const { code, stderr, stdout } = yield* batch.run()
      assert.match(stderr, /^2 lines, none to buy\.\n/)
      assert.include(stderr, "line 1: kept, downloaded before")
      assert.include(stdout, "2 lines: 2 downloaded.")
      const after = yield* batch.report
      assert.deepStrictEqual(
        after.lines.map(({ files, ticket }) => [ticket?.jobId, files?.[0]?.sha256]),
        before.lines.map(({ files, ticket }) => [ticket?.jobId, files?.[0]?.sha256])
      )
      assert.strictEqual((yield* submissions).length, 2)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("that is interrupted says what goes on and how to go on, and goes on with the same jobs", () =>
    Effect.gen(function* () {
      const batch = yield* place(teapot, { Prompt: "a lamp" }, { Prompt: "a vase" }, { Prompt: "a bowl" })
      const running = yield* start(batch.args("--json"), { journal: batch.journal })
      yield* running.prints(/submitted[^]*submitted[^]*submitted/)
      yield* running.stop
      const { code, stderr, stdout } = yield* inVirtualTime(running.ended)
      const next = `hunyuan3d batch ${batch.file} --out ${batch.out} --region ap-singapore`
      assert.include(
        stderr,
        `Interrupted. Of the lines, jobs that go on: 3, not submitted: 1. To go on, and buy nothing twice: ${next}\n`
      )
      const { batch: told, error } = yield* outputOf(stdout)
      assert.strictEqual(error?.next, next)
      assert.strictEqual(told?.counts.waiting, 1)
      assert.strictEqual(code, 130)
      const again = yield* batch.run()
      assert.strictEqual(again.code, 0, again.stderr)
      assert.strictEqual((yield* submissions).length, 4)
    }).pipe(WithFake)
  )

  it.effect("goes on when a job fails, exits with its code, and names it in the report", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const batch = yield* place(teapot, cup)
      const running = yield* start(batch.args("--json"), { journal: batch.journal })
      yield* running.prints(/submitted[^]*submitted/)
      const [first] = yield* fake.jobs
      yield* fake.fail(first?.id ?? "", { code: "FailedOperation.Mesh", message: "no mesh" })
      const { code, stderr, stdout } = yield* inVirtualTime(running.ended, "5 seconds")
      assert.match(stderr, /line \d: failed: Job \d+ failed: no mesh/)
      assert.include(stderr, "hunyuan3d: 1 of 2 lines were not downloaded.\n")
      assert.notInclude(stderr, "WARN")
      const { batch: told, error } = yield* outputOf(stdout)
      assert.deepInclude(error, { code: "NotDownloaded", exitCode: 2, retryable: false })
      assert.strictEqual(told?.lines.find(({ state }) => state === "failed")?.error?.code, "FailedOperation.Mesh")
      assert.strictEqual(code, 2)
    }).pipe(WithFake)
  )

  it.effect("exits with 5 where nobody knows whether a line has a job, and submits it again with --again only", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault("dropped"))
      const batch = yield* place(teapot)
      assert.strictEqual((yield* batch.run()).code, 5)
      const second = yield* batch.run()
      assert.match(second.stderr, /line 1: failed: Operation line-.* without a clear answer .* give --again\./)
      assert.strictEqual(second.code, 5)
      assert.strictEqual((yield* submissions).length, 1)
      assert.strictEqual((yield* batch.run("--again")).code, 0)
      assert.strictEqual((yield* submissions).length, 2)
    }).pipe(WithFake)
  )

  it.effect("stops submitting when the key is refused, exits with 4, and says how many lines are left", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) =>
        fake.fault(...Array.from({ length: 3 }, () => ({ code: "UnauthorizedOperation" })))
      )
      const batch = yield* place(...Array.from({ length: 9 }, (_, nth) => ({ Prompt: `teapot ${nth}` })))
      const { code, stderr } = yield* batch.run()
      assert.match(
        stderr,
        /hunyuan3d: .*UnauthorizedOperation.* The batch has ended: \d of 9 lines were not submitted\.\n$/
      )
      assert.strictEqual(code, 4)
      assert.isAtMost((yield* submissions).length, 3)
    }).pipe(WithFake)
  )
})

describe("the lines of a batch", () => {
  it.effect("are all checked before anything is sent, and each error has its line and its column", () =>
    Effect.gen(function* () {
      const batch = yield* place(
        teapot,
        '{"Prompt":"a teapot"',
        '  {"Prompt":"a", "Promt":"b"}',
        "[1]",
        '{"kind":"nope"}',
        '{"operation":"a b","Prompt":"a"}',
        '{"Prompt":"a","image":"missing.png"}',
        '{"Prompt":"a", "FaceCount":5}',
        '{"Prompt":"one","operation":"order-17"}',
        '{"Prompt":"other","operation":"order-17"}'
      )
      const { code, stderr, stdout } = yield* run(batch.args("--json"))
      const { problems = [] } = yield* outputOf(stdout)
      assert.deepStrictEqual(
        problems.map(({ column, line }) => [line, column]),
        [
          [2, 21],
          [3, 18],
          [4, 1],
          [5, 2],
          [6, 2],
          [7, 15],
          [8, 16],
          [10, 19]
        ]
      )
      assert.include(stderr, `hunyuan3d: ${batch.file}:2:21: This is not JSON: it ends too soon. Complete it.\n`)
      assert.include(stderr, `hunyuan3d: 8 of 10 lines of ${batch.file} cannot be used. Nothing was sent.\n`)
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(WithFake)
  )

  it.effect("name images beside the file, which are read when the line is submitted", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const batch = yield* place({ image: "teapot.png" }, { ...teapot, kind: "rapid" })
      yield* fs.writeFile(`${batch.directory}/teapot.png`, png(256, 256))
      const { code, stderr } = yield* batch.run()
      assert.strictEqual(code, 0, stderr)
      const sent = (yield* submissions).find(({ body }) => body.includes("ImageBase64"))
      assert.include(sent?.body, Buffer.from(png(256, 256)).toString("base64"))
    }).pipe(WithFake)
  )

  it.effect("come from standard input too", () =>
    Effect.gen(function* () {
      const { journal, out } = yield* place()
      const stdin = `\uFEFF${JSON.stringify(teapot)}\r\n${JSON.stringify(cup)}\r\n`
      const running = yield* start(["batch", "-", "--out", out], { journal, stdin })
      const { code, stdout } = yield* inVirtualTime(running.ended, "5 seconds")
      assert.include(stdout, "2 lines: 2 downloaded.")
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("are missing: a file without lines, and one that is not there", () =>
    Effect.gen(function* () {
      const batch = yield* place("", "  ")
      assert.include((yield* run(batch.args())).stderr, "has no line. Give one request a line")
      assert.include((yield* run(["batch", `${batch.file}.no`])).stderr, "There is no such file. Correct its name.")
    }).pipe(WithFake)
  )
})

describe("what a batch costs", () => {
  it.effect("is shown by --dry-run, which sends nothing and leaves out what is bought", () =>
    Effect.gen(function* () {
      const batch = yield* place(teapot, cup, { Prompt: "a lamp" })
      yield* run(["submit", "a teapot", "--operation-id", "x"], { journal: batch.journal })
      const { code, stdout } = yield* run(batch.args("--dry-run"), { journal: batch.journal })
      assert.strictEqual(
        stdout,
        "This is a dry run: nothing is sent.\n" +
          "KIND   LINES TO BUY  CREDITS\npro    2             50\nrapid  1             15\n" +
          "3 lines, 3 to buy: 65 credits, USD 0.88 to 1.30, by the price list of 2026-05-08.\n"
      )
      assert.strictEqual(code, 0)
      const json = yield* outputOf((yield* run(batch.args("--dry-run", "--json"))).stdout)
      assert.deepStrictEqual([json.dryRun, json.batch?.credits.left.max], [true, 65])
    }).pipe(WithFake)
  )

  it.effect("is limited by --max-credits for all runs together, and what is left out exits with 1", () =>
    Effect.gen(function* () {
      const batch = yield* place(teapot, { Prompt: "a lamp" }, cup)
      const first = yield* batch.run("--max-credits", "40", "--json")
      const { batch: told, error } = yield* outputOf(first.stdout)
      assert.deepStrictEqual([told?.counts["over limit"], told?.counts.downloaded], [1, 2])
      assert.deepInclude(error, { code: "NotDownloaded", exitCode: 1 })
      assert.strictEqual((yield* batch.run("--max-credits", "40")).code, 1)
      assert.strictEqual((yield* submissions).length, 2)
      assert.strictEqual((yield* batch.run("--max-credits", "65")).code, 0)
      assert.strictEqual((yield* submissions).length, 3)
    }).pipe(WithFake)
  )
})

describe("the board of a batch", () => {
  it.effect("has three lines on a terminal, redrawn in place, and only failures above it", () =>
    Effect.gen(function* () {
      const batch = yield* place(...Array.from({ length: 9 }, (_, nth) => ({ Prompt: `teapot ${nth}` })))
      const running = yield* start(batch.args(), { isTerminal: true, journal: batch.journal })
      const { code, stderr } = yield* inVirtualTime(running.ended, "5 seconds")
      assert.strictEqual(code, 0)
      assert.include(stderr, "\r\u001b[2K\u001b[1A\r\u001b[2K\u001b[1A\r\u001b[2K")
      assert.include(plain(stderr), "  waiting 6   running 3   done 0   failed 0\n")
      assert.match(plain(stderr), /credits, ends in about \d+ (min|s)/)
      assert.notInclude(stderr, "submitted, job")
    }).pipe(WithFake)
  )
})
