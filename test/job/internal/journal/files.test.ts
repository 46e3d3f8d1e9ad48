import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer, Path, type PlatformError } from "effect"
import * as fc from "fast-check"
import * as ApiError from "../../../../src/cloud/ApiError.ts"
import * as Job from "../../../../src/job/Job.ts"
import * as Journal from "../../../../src/job/Journal.ts"
import { withLogs } from "../../../support/logs.ts"
import * as memoryDisk from "../../../support/memoryDisk.ts"
import { property } from "../../../support/property.ts"
import { build, id, list, processes, race, submit, ticket } from "./support.ts"

const inDirectory = (directory: string) =>
  Effect.provide(Journal.layerDirectory(directory).pipe(Layer.provide(NodeServices.layer)))

/** Runs a test over a real directory. */
const withJournal = <A, E>(test: (directory: string) => Effect.Effect<A, E, Journal.Journal>) =>
  Effect.gen(function* () {
    const parent = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
    const directory = NodePath.join(parent, "journal")
    return yield* test(directory).pipe(inDirectory(directory))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

const accepted = Effect.succeed(ticket)
const refused = Effect.fail(
  new ApiError.ApiError({
    action: "SubmitHunyuanTo3DProJob",
    region: "ap-singapore",
    reason: new ApiError.Quota({ code: "ResourceInsufficient", description: "none" })
  })
)
const modeOf = (path: string) => (NodeFs.statSync(path).mode & 0o777).toString(8)

describe("a journal in a directory", () => {
  it.effect("is one file an operation, which its owner alone can read, and leaves no other file behind", () =>
    withJournal((directory) =>
      Effect.gen(function* () {
        yield* submit("order-17", accepted)
        yield* submit(".a", accepted)
        assert.deepStrictEqual(NodeFs.readdirSync(directory).toSorted(), [".a.1.jsonl", "order-17.1.jsonl"])
        assert.strictEqual(modeOf(directory), "700")
        assert.strictEqual(modeOf(NodePath.join(directory, "order-17.1.jsonl")), "600")
        assert.strictEqual((yield* list).entries.length, 2)
      })
    )
  )

  it.effect("reports what it cannot read, and lists the others", () =>
    withJournal((directory) =>
      Effect.gen(function* () {
        yield* submit("whole", accepted)
        const text = NodeFs.readFileSync(NodePath.join(directory, "whole.1.jsonl"), "utf8")
        const write = (name: string, text: string | Uint8Array) =>
          NodeFs.writeFileSync(NodePath.join(directory, name), text)
        write("cut.1.jsonl", text.slice(0, 50))
        write("empty.1.jsonl", "")
        write("bytes.1.jsonl", Uint8Array.from([0xff, 0xfe, 0]))
        write("newer.1.jsonl", text.replaceAll(`"version":1`, `"version":2`))
        write("Whole.2.jsonl", text)
        write("large.1.jsonl", " ".repeat(2_000_000))
        NodeFs.mkdirSync(NodePath.join(directory, "folder.1.jsonl"))
        // Not of the journal, and left alone.
        write("notes.txt", "x")
        write("notes.jsonl", "x")
        write(".whole.1.123-abc.tmp", text)
        const { entries, unreadable } = yield* list
        assert.deepStrictEqual(
          entries.map(({ operation }) => operation),
          ["whole"]
        )
        const damaged = "It is damaged, or no entry of a journal."
        assert.deepStrictEqual(
          unreadable
            .map(({ description, place }) => [place, description])
            .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
          [
            ["Whole.2.jsonl", "It holds the entry of another operation, whole."],
            ["bytes.1.jsonl", damaged],
            ["cut.1.jsonl", damaged],
            ["empty.1.jsonl", damaged],
            ["folder.1.jsonl", damaged],
            ["large.1.jsonl", damaged],
            ["newer.1.jsonl", "It was written by another version of effect-hunyuan3d. Use the newer one."]
          ]
        )
      })
    )
  )

  it.effect("submits nothing for an operation whose entry it cannot read, until the operation is forgotten", () =>
    withJournal((directory) =>
      Effect.gen(function* () {
        yield* submit("other", refused).pipe(Effect.flip)
        NodeFs.writeFileSync(NodePath.join(directory, "order-17.1.jsonl"), "{")
        const error = yield* Effect.flip(submit("order-17", Effect.die(new Error("sent"))))
        assert.match(
          error.message,
          /^Nothing was submitted, since the journal has an entry of operation order-17 that cannot be read, order-17\.1\.jsonl\. It is damaged.* then forget the operation or choose another id\.$/
        )
        assert.isTrue(yield* Journal.Journal.use((journal) => journal.forget("order-17")))
        assert.strictEqual((yield* submit("order-17", accepted)).jobId, id)
      })
    )
  )

  it.effect("keeps an entry whose last part is cut off, says so, and takes further parts", () =>
    withJournal((directory) =>
      Effect.gen(function* () {
        yield* submit("order-17", accepted)
        NodeFs.appendFileSync(NodePath.join(directory, "order-17.1.jsonl"), `\n{"ended":{"sta`)
        const cut = yield* list
        assert.strictEqual(cut.entries[0]?.ticket?.jobId, id)
        assert.deepStrictEqual(cut.unreadable, [
          { place: "order-17.1.jsonl", operation: "order-17", description: "1 of its 3 parts are damaged." }
        ])
        yield* Journal.Journal.use((journal) => journal.ended(new Job.Done({ id })))
        assert.strictEqual((yield* list).entries[0]?.ended?.status, "DONE")
      })
    )
  )

  it.effect("stands in the user's state directory by default", () =>
    Effect.gen(function* () {
      const home = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
      const submitWith = (env: Record<string, string>) =>
        submit("order-17", accepted).pipe(
          Effect.provide(Journal.layerFiles.pipe(Layer.provide(NodeServices.layer))),
          Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
        )
      yield* submitWith({ XDG_STATE_HOME: home })
      assert.isTrue(NodeFs.existsSync(NodePath.join(home, "hunyuan3d/journal/order-17.1.jsonl")))
      const error = yield* Effect.flip(submitWith({}))
      assert.match(error.message, /^Nothing was submitted, since the journal cannot be read: .*HOME is not set/)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})

describe("a journal on a disk that does not work", () => {
  const on = (files: Partial<FileSystem.FileSystem>) =>
    Effect.provide(Journal.layerDirectory("/journal").pipe(Layer.provide([FileSystem.layerNoop(files), Path.layer])))
  const failing =
    <E extends PlatformError.PlatformError>(error: E) =>
    () =>
      Effect.fail(error)
  const makeDirectory = () => Effect.void

  it.effect.each<readonly [what: string, files: Partial<FileSystem.FileSystem>]>([
    ["cannot make the directory", { makeDirectory: failing(memoryDisk.denied) }],
    ["is full", { makeDirectory, open: failing(memoryDisk.full) }],
    ["is read-only", { makeDirectory, open: failing(memoryDisk.denied) }]
  ])("submits nothing when it %s, and says what to do", ([, files]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(submit("order-17", Effect.die(new Error("sent"))))
      if (error._tag !== "JournalError") return assert.fail(error.message)
      assert.match(
        error.message,
        /^Nothing was submitted, since the journal cannot be written: E\w+: it does not work\. Make \/journal writable and see that it has room, or keep the journal elsewhere\.$/
      )
      assert.strictEqual(error.place, "/journal")
    }).pipe(on(files))
  )

  it.effect("gives the ticket that it cannot record, and logs it as an error", () =>
    Effect.gen(function* () {
      const disk = memoryDisk.make()
      // Its last steps are those of the entry: making, writing and linking a file, and bringing its name to the disk.
      const journal = yield* build(
        Journal.layerDirectory("/journal").pipe(Layer.provide(disk.layer({ yields: [0], diesAt: 9 })))
      )
      const { lines, value } = yield* withLogs(Effect.provideService(submit("a", accepted), Journal.Journal, journal))
      assert.strictEqual(value.jobId, id)
      assert.deepStrictEqual(
        lines.map(({ level }) => level),
        ["Error"]
      )
      assert.match(
        lines[0]?.text ?? "",
        /^Job 1375367755519696896 is submitted, but the journal does not hold its ticket/
      )
      assert.isTrue(lines[0]?.values.includes(value))
    })
  )

  it.effect("has the entry on the disk before the request leaves", () =>
    Effect.gen(function* () {
      const steps: Array<string> = []
      const disk = memoryDisk.make()
      const Traced = Layer.effect(
        FileSystem.FileSystem,
        Effect.map(FileSystem.FileSystem, (fs) => ({
          ...fs,
          link: (from: string, to: string) =>
            Effect.andThen(
              Effect.sync(() => steps.push("link")),
              fs.link(from, to)
            ),
          open: (path: string, options?: { readonly flag?: FileSystem.OpenFlag | undefined }) =>
            Effect.map(fs.open(path, options), (file) => ({
              ...file,
              sync: Effect.andThen(
                Effect.sync(() => steps.push(path === "/journal" ? "sync directory" : "sync")),
                file.sync
              )
            }))
        }))
      ).pipe(Layer.provide(disk.layer({ yields: [0] })), Layer.merge(Path.layer))
      const send = Effect.sync(() => (steps.push("send"), ticket))
      yield* submit("a", send).pipe(Effect.provide(Journal.layerDirectory("/journal").pipe(Layer.provide(Traced))))
      assert.deepStrictEqual(steps, ["sync", "link", "sync directory", "send", "sync"])
    })
  )
})

describe("processes over one directory", () => {
  const over = (disk: ReturnType<typeof memoryDisk.make>) => (life: memoryDisk.Life) =>
    Journal.layerDirectory("/journal").pipe(Layer.provide(disk.layer(life)))
  const afterwards = (disk: ReturnType<typeof memoryDisk.make>) =>
    list.pipe(Effect.provide(over(disk)({ yields: [0] })))

  property(
    "send each operation once, and lose no entry and no part of one",
    [processes({ mortal: false }), fc.boolean()],
    (all, links) =>
      Effect.gen(function* () {
        const disk = memoryDisk.make({ links })
        const { given, sent } = yield* race(all, over(disk))
        const operations = [...new Set(all.flatMap(({ operations }) => operations))].toSorted()
        assert.deepStrictEqual(sent.toSorted(), operations)
        const { entries, unreadable } = yield* afterwards(disk)
        assert.deepStrictEqual(unreadable, [])
        assert.deepStrictEqual(entries.map(({ operation }) => operation).toSorted(), operations)
        for (const entry of entries) {
          assert.strictEqual(entry.ended?.status, "DONE")
          assert.deepStrictEqual(entry.files?.paths, [`/models/${entry.operation}.glb`])
        }
        for (const [operation, jobId] of given) {
          assert.strictEqual(entries.find((entry) => entry.operation === operation)?.ticket?.jobId, jobId)
        }
      })
  )

  property(
    "that die at any step send no operation twice, and account for all that was sent",
    [processes({ mortal: true }), fc.boolean()],
    (all, links) =>
      Effect.gen(function* () {
        const disk = memoryDisk.make({ links })
        const { given, sent } = yield* race(all, over(disk))
        assert.lengthOf(new Set(sent), sent.length)
        const { entries } = yield* afterwards(disk)
        for (const operation of sent) {
          const entry = entries.find((entry) => entry.operation === operation)
          assert.include(["Sending", "Accepted"], entry?.outcome._tag)
        }
        for (const { operation, ticket } of entries) {
          if (ticket !== undefined) assert.include(sent, operation)
        }
        for (const [operation] of given) assert.include(sent, operation)
      })
  )
})
