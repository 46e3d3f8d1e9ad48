import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Latch, Stream } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as TestClock from "effect/testing/TestClock"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import type * as Fake from "../../src/testing/Fake.ts"
import { keepSpans } from "../support/spans.ts"
import { inVirtualTime, realTurn } from "../support/virtualTime.ts"
import { glb } from "./samples.ts"
import {
  answering,
  done,
  id,
  linkOf,
  list,
  only,
  onFake,
  read,
  reasonOf,
  sized,
  withDirectory,
  write
} from "./support.ts"

describe("download", () => {
  it.effect("puts the model on the disk, named after the job and its type", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const file = only(yield* ResultFiles.download(job, directory))
        assert.strictEqual(file.path, NodePath.join(directory, `${id}-glb.glb`))
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
        const bytes = read(file.path)
        assert.strictEqual(new DataView(bytes.buffer).getUint32(8, true), bytes.length)
        assert.strictEqual(file.size, bytes.length)
        assert.strictEqual(file.file, job.files[0])
        assert.isFalse(file.kept || file.preview)
      })
    )
  )

  it.effect("creates the directory, with those above it", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const deep = NodePath.join(directory, "a", "b")
        yield* ResultFiles.download(job, deep)
        assert.deepStrictEqual(list(deep), [`${id}-glb.glb`])
      })
    )
  )

  it.effect("fails where no directory can be made", () =>
    onFake(
      Effect.fnUntraced(function* ({ job }) {
        const error = yield* Effect.flip(ResultFiles.download(job, "/proc/hunyuan3d"))
        assert.match(error.message, /Cannot use \/proc\/hunyuan3d: /)
      })
    )
  )

  it.effect("keeps a whole file, and requests nothing", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        const first = only(yield* ResultFiles.download(job, directory))
        const again = only(yield* ResultFiles.download(job, directory))
        assert.deepStrictEqual(again, { ...first, kept: true })
        assert.lengthOf(yield* requests, 1)
        yield* TestClock.adjust("30 days")
        assert.deepStrictEqual(yield* ResultFiles.download(job, directory), [again])
      })
    )
  )

  it.effect("keeps nothing that only has the name of a file: an empty file, half a file, another file", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        const contents = ["", "something else", glb(100).subarray(0, 50)]
        for (const content of contents) {
          write(directory, `${id}-glb.glb`, content)
          const file = only(yield* ResultFiles.download(job, directory))
          assert.isFalse(file.kept)
          assert.strictEqual(read(file.path).length, file.size)
        }
        assert.lengthOf(yield* requests, contents.length)
      })
    )
  )

  it.effect("keeps no directory with the name of a file, and says that it is in the way", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const path = NodePath.join(directory, `${id}-glb.glb`)
        NodeFs.mkdirSync(path)
        const error = yield* Effect.flip(ResultFiles.download(job, directory))
        assert.strictEqual(reasonOf(error), "Disk")
        assert.include(error.message, `Cannot use ${path}: it is a directory. Move it away, then download again.`)
        NodeFs.rmdirSync(path)
        const file = only(yield* ResultFiles.download(job, directory))
        assert.isFalse(file.kept)
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
      })
    )
  )

  it.effect("fetches a kept file again with overwrite", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        const first = only(yield* ResultFiles.download(job, directory))
        NodeFs.writeFileSync(first.path, glb(100))
        const again = only(yield* ResultFiles.download(job, directory, { overwrite: true }))
        assert.deepStrictEqual(again, first)
        assert.strictEqual(read(first.path).length, first.size)
        assert.lengthOf(yield* requests, 2)
      })
    )
  )

  it.effect("fetches previews only with previews", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        yield* ResultFiles.download(job, directory)
        const files = yield* ResultFiles.download(job, directory, { previews: true })
        assert.deepStrictEqual(
          files.map(({ path, preview, kept }) => [NodePath.basename(path), preview, kept]),
          [
            [`${id}-glb.glb`, false, true],
            [`${id}-glb-preview.png`, true, false]
          ]
        )
      })
    )
  )

  it.effect("leaves out a file without a link when others have one", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const file = only(yield* ResultFiles.download(done({ type: "OBJ" }, { url: linkOf(job) }), directory))
        assert.strictEqual(NodePath.basename(file.path), `${id}-file.glb`)
        const previewUrl = job.files[0]?.previewUrl?.href
        const preview = only(yield* ResultFiles.download(done({ previewUrl }), directory, { previews: true }))
        assert.strictEqual(NodePath.basename(preview.path), `${id}-file-preview.png`)
      })
    )
  )

  it.effect("fails when no file has a link", () =>
    onFake(
      Effect.fnUntraced(function* ({ directory }) {
        for (const job of [done(), done({ type: "GLB" }, {}), done({ previewUrl: "https://a.example/p.png" })]) {
          const error = yield* Effect.flip(ResultFiles.download(job, directory))
          assert.strictEqual(reasonOf(error), "NoLinks")
          assert.isFalse(error.isRetryable)
          assert.strictEqual(error.file, id)
        }
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )

  it.effect("fetches the other files when one fails", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const url = linkOf(job)
        const broken = done({ type: "OBJ", url: `${url}0` }, { type: "GLB", url })
        const error = yield* Effect.flip(ResultFiles.download(broken, directory))
        assert.strictEqual(error.file, `${id}-obj`)
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
      })
    )
  )

  it.live("fetches at most three files at a time", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        let active = 0
        let most = 0
        const third = Latch.makeUnsafe()
        const client = HttpClient.make((request) =>
          Effect.gen(function* () {
            most = Math.max(most, ++active)
            // A fourth would come while the first three wait.
            if (active === 3) yield* Effect.delay(third.open, "50 millis")
            yield* third.await
            active--
            return HttpClientResponse.fromWeb(request, sized("v 0 0 0"))
          })
        )
        const job = done(...Array.from({ length: 10 }, () => ({ type: "OBJ", url: "https://a.example/" })))
        const files = yield* ResultFiles.download(job, directory).pipe(
          Effect.provideService(HttpClient.HttpClient, client)
        )
        assert.lengthOf(files, 10)
        assert.strictEqual(most, 3)
      })
    )
  )

  it.effect("sends only the headers that the file needs", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        yield* ResultFiles.download(job, directory).pipe(Effect.withSpan("mine"))
        assert.deepStrictEqual(
          (yield* requests).map(({ headers }) => Object.keys(headers).toSorted()),
          [["accept-encoding", "host"]]
        )
      })
    )
  )

  it.effect("goes on after a lost connection, a gateway in trouble, a body cut off, and silence", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake, requests }) {
        yield* fake.fault("dropped", "badGateway", "truncated", { code: "SlowDown" }, "never")
        const file = only(yield* inVirtualTime(ResultFiles.download(job, directory)))
        assert.strictEqual(read(file.path).length, file.size)
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
        assert.deepStrictEqual(
          (yield* requests).map(({ headers }) => headers["range"] === undefined),
          [true, true, true, false, false, false]
        )
      })
    )
  )

  it.effect("fails after eight retries", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake, requests }) {
        yield* fake.fault(...Array.from({ length: 20 }, () => "dropped" as const))
        const error = yield* Effect.flip(inVirtualTime(ResultFiles.download(job, directory)))
        assert.strictEqual(reasonOf(error), "Transport")
        assert.isTrue(error.isRetryable)
        assert.include(error.message, "broke the connection")
        assert.lengthOf(yield* requests, 9)
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )

  it.effect("waits for a silent connection as long as idleTimeout says", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake, requests }) {
        yield* fake.fault("never")
        const fiber = yield* Effect.forkChild(ResultFiles.download(job, directory, { idleTimeout: "5 seconds" }))
        while ((yield* requests).length === 0) yield* realTurn
        yield* TestClock.adjust("4999 millis")
        assert.lengthOf(yield* requests, 1)
        yield* inVirtualTime(Fiber.join(fiber))
        assert.lengthOf(yield* requests, 2)
      })
    )
  )

  it.effect("shows the query of a link in no error and no span", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake }) {
        const url = linkOf(job)
        const { spans, tracer } = keepSpans()
        const secret = (value: unknown) => /q-ak|q-signature/.test(inspect(value, { depth: 20, showHidden: true }))
        assert.isTrue(secret({ url }))
        const failing: ReadonlyArray<readonly [Fake.Fault | undefined, string]> = [
          [undefined, `${url}0`],
          [undefined, url.replace("https:", "http:")],
          [undefined, url.replace("_output", "_nothing")],
          ["dropped", url],
          ["badGateway", url],
          [{ code: "AccessDenied" }, url]
        ]
        for (const [fault, link] of failing) {
          if (fault !== undefined) yield* fake.fault(...Array.from({ length: 9 }, () => fault))
          const exit = yield* ResultFiles.download(done({ type: "GLB", url: link }), directory).pipe(
            Effect.withTracer(tracer),
            Effect.exit,
            inVirtualTime
          )
          if (!Exit.isFailure(exit)) return assert.fail("it was downloaded")
          assert.isFalse(secret(exit.cause), JSON.stringify(fault))
          assert.isFalse(secret(Cause.pretty(exit.cause)))
        }
        assert.deepStrictEqual(
          [...new Set(spans.map((span) => span.name))],
          ["ResultFiles.download", "ResultFiles.file"]
        )
        assert.isFalse(spans.some((span) => secret([...span.attributes])))
      })
    )
  )
})

describe("progress", () => {
  it.effect("streams how far a file has come, and ends with the file", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const events = yield* Stream.runCollect(ResultFiles.progress(job, directory))
        const last = events.at(-1)
        const finished = last?.finished
        if (last === undefined || finished === undefined) return assert.fail("the last event has no file")
        assert.strictEqual(finished.path, NodePath.join(directory, `${id}-glb.glb`))
        assert.isAbove(events.length, 1)
        for (const { name, total } of events) assert.deepStrictEqual([name, total], [`${id}-glb`, finished.size])
        const received = events.map((event) => event.received)
        assert.deepStrictEqual(
          received,
          received.toSorted((a, b) => a - b)
        )
        assert.strictEqual(last.received, last.total)
        const again = yield* Stream.runCollect(ResultFiles.progress(job, directory))
        assert.deepStrictEqual(again, [{ ...last, finished: { ...finished, kept: true } }])
      })
    )
  )

  it.effect("loses no event when its consumer is slow", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const job = done(...Array.from({ length: 50 }, () => ({ type: "OBJ", url: "https://a.example/" })))
        const finished = yield* ResultFiles.progress(job, directory).pipe(
          Stream.tap(() => TestClock.withLive(Effect.sleep("1 millis"))),
          Stream.filter((event) => event.finished !== undefined),
          Stream.runCollect
        )
        assert.lengthOf(finished, 50)
      })
    ).pipe(Effect.provide(answering(() => sized("v 0 0 0"))))
  )

  it.effect("stops the downloads when its consumer has enough", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const [first] = yield* ResultFiles.progress(job, directory).pipe(Stream.take(1), Stream.runCollect)
        assert.strictEqual(first?.received, 0)
        assert.isTrue(list(directory).every((name) => name.endsWith(".part") || name.endsWith(".glb")))
      })
    )
  )

  it.effect("fails as the download does", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const broken = done({ url: `${linkOf(job)}0` })
        const error = yield* Effect.flip(Stream.runDrain(ResultFiles.progress(broken, directory)))
        assert.strictEqual(reasonOf(error), "Refused")
      })
    )
  )
})
