import { spawn } from "node:child_process"
import * as NodeFs from "node:fs"
import * as Http from "node:http"
import * as NodePath from "node:path"
import { inspect } from "node:util"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, FileSystem, Latch, Layer, PlatformError, Stream, Tracer } from "effect"
import * as Zip from "effect/encoding/Zip"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as content from "../../src/files/internal/content.ts"
import { makePathReader } from "../../src/files/internal/fileName.ts"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Fake from "../../src/testing/Fake.ts"

// -----------------------------------------------------------------------------
// Jobs, bytes, disks
// -----------------------------------------------------------------------------

const id = Job.JobId.make("1375367755519696896")

const done = (...files: ReadonlyArray<ConstructorParameters<typeof Job.File3D>[0]>) =>
  new Job.Done({ id, files: files.map((file) => new Job.File3D(file)) })

const text = (content: string) => new TextEncoder().encode(content)

/** A GLB file of this size, filled with what differs from place to place. */
const glb = (size: number, says = size, version = 2) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff)
  const view = new DataView(bytes.buffer)
  ;[0x46546c67, version, says].forEach((word, i) => view.setUint32(i * 4, word, true))
  return bytes
}

const zip = (...entries: ReadonlyArray<Zip.Entry | Zip.ContentEntry>) =>
  Stream.fromIterable(entries).pipe(Stream.pipeThroughChannel(Zip.encode()), Stream.mkUint8Array, Effect.orDie)

/** An archive of one stored entry of any name, with its flags, as no careful writer makes one. */
const rawZip = (names: ReadonlyArray<string>, content = "x", flags = 0x0800) => {
  const locals = names.map((name) => {
    const bytes = Buffer.from(name)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(flags, 6)
    header.writeUInt32LE(crc32(content), 14)
    header.writeUInt32LE(content.length, 18)
    header.writeUInt32LE(content.length, 22)
    header.writeUInt16LE(bytes.length, 26)
    return Buffer.concat([header, bytes, Buffer.from(content)])
  })
  return new Uint8Array(Buffer.concat([...locals, Buffer.from("PK\u0005\u0006".padEnd(22, "\0"), "latin1")]))
}

const crc32 = (content: string) => {
  let crc = -1
  for (const byte of Buffer.from(content)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

const withDirectory = <A, E, R>(use: (directory: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* use(yield* fs.makeTempDirectoryScoped())
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

const read = (path: string) => new Uint8Array(NodeFs.readFileSync(path))
const list = (directory: string) => NodeFs.readdirSync(directory).toSorted()
const everything = (directory: string) =>
  NodeFs.readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => NodePath.relative(directory, NodePath.join(entry.parentPath, entry.name)))
    .toSorted()

const realTurn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/** Lets the virtual time go on until the effect ends, since the disk takes real time. */
const inVirtualTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) {
      yield* TestClock.adjust("5 seconds")
      yield* realTurn
    }
    return yield* Fiber.join(fiber)
  })

/** A transport that answers from memory. */
const answering = (answer: (request: Request) => Response) =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request, url) =>
      Effect.sync(() => HttpClientResponse.fromWeb(request, answer(new Request(url, { headers: request.headers }))))
    )
  )

const body = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer

/** Downloads one file that the storage answers with these bytes. */
const receive = (
  bytes: Uint8Array,
  { type, url = "https://storage.example/a" }: { readonly type?: string | undefined; readonly url?: string } = {},
  options?: ResultFiles.Options
) =>
  withDirectory((directory) =>
    ResultFiles.download(done(type === undefined ? { url } : { url, type }), directory, options).pipe(
      Effect.map(([file]) => NodePath.basename(file?.path ?? "")),
      Effect.catchTag("DownloadError", ({ reason }) => Effect.succeed(reason)),
      Effect.map((result) => ({ result, left: list(directory), all: everything(directory) }))
    )
  ).pipe(
    Effect.provide(answering(() => new Response(body(bytes), { headers: { "content-length": String(bytes.length) } })))
  )

const only = <A>(all: ReadonlyArray<A>): A => {
  const [one, ...others] = all
  assert.lengthOf(others, 0)
  if (one === undefined) throw new Error("there is none")
  return one
}

const reasonOf = (error: ResultFiles.DownloadError) => error.reason._tag

// -----------------------------------------------------------------------------
// The in-memory model
// -----------------------------------------------------------------------------

/** Runs with the files of a job of the model, and counts what was asked of its storage. */
const onFake = <A, E, R>(
  use: (context: {
    readonly job: Job.Done
    readonly directory: string
    readonly fake: Fake.Fake["Service"]
    readonly asked: Effect.Effect<ReadonlyArray<Fake.ReceivedRequest>>
  }) => Effect.Effect<A, E, R>
) =>
  withDirectory((directory) =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const job = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(id))
      const before = (yield* fake.requests).length
      return yield* use({ job, directory, fake, asked: Effect.map(fake.requests, (all) => all.slice(before)) })
    })
  ).pipe(Effect.provide(QueryJob.layer.pipe(Layer.provideMerge(Fake.layer({ jobs: [{ id, run: 0 }] })))))

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

  it.effect("keeps what is there, and asks for nothing", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, asked }) {
        const first = only(yield* ResultFiles.download(job, directory))
        const again = only(yield* ResultFiles.download(job, directory))
        assert.deepStrictEqual(again, { ...first, kept: true })
        assert.lengthOf(yield* asked, 1)
        yield* TestClock.adjust("30 days")
        assert.deepStrictEqual(yield* ResultFiles.download(job, directory), [again])
      })
    )
  )

  it.effect("fetches again what is there when told to overwrite", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, asked }) {
        const first = only(yield* ResultFiles.download(job, directory))
        NodeFs.writeFileSync(first.path, "something else")
        const again = only(yield* ResultFiles.download(job, directory, { overwrite: true }))
        assert.deepStrictEqual(again, first)
        assert.strictEqual(read(first.path).length, first.size)
        assert.lengthOf(yield* asked, 2)
      })
    )
  )

  it.effect("fetches previews only when asked to", () =>
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

  it.effect("sends nothing but what the file needs", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, asked }) {
        yield* ResultFiles.download(job, directory).pipe(Effect.withSpan("mine"))
        assert.deepStrictEqual(
          (yield* asked).map(({ headers }) => Object.keys(headers).toSorted()),
          [["accept-encoding", "host"]]
        )
      })
    )
  )

  it.effect("says that a link has expired, and does not ask", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, asked }) {
        yield* TestClock.adjust("27 hours")
        const error = yield* Effect.flip(ResultFiles.download(job, directory))
        assert.strictEqual(reasonOf(error), "LinkExpired")
        assert.isFalse(error.isRetryable)
        assert.match(error.message, /^1375367755519696896-glb: The link expired 3h ago\. Query the job again/)
        assert.lengthOf(yield* asked, 0)
      })
    )
  )

  it.effect("says that a link has expired when the storage says so", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, asked }) {
        yield* TestClock.adjust("27 hours")
        const url = job.files[0]?.url ?? ""
        const error = yield* Effect.flip(ResultFiles.download(done({ url }), directory))
        assert.strictEqual(reasonOf(error), "LinkExpired")
        assert.lengthOf(yield* asked, 1)
      })
    )
  )

  it.effect("does not ask again where the storage refuses for good", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, asked }) {
        const url = job.files[0]?.url ?? ""
        for (const [changed, status, code] of [
          [`${url}0`, 403, "SignatureDoesNotMatch"],
          [url.replace("_output.glb", "_output.obj"), 404, "NoSuchKey"]
        ] as const) {
          const { reason } = yield* Effect.flip(ResultFiles.download(done({ url: changed }), directory))
          assert.deepStrictEqual(reason, new ResultFiles.Refused({ status, code }))
        }
        assert.lengthOf(yield* asked, 2)
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )

  it.effect("survives what may pass: a lost connection, a gateway in trouble, a body cut off, silence", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake, asked }) {
        yield* fake.fault("dropped", "badGateway", "truncated", { code: "SlowDown" }, "never")
        const file = only(yield* inVirtualTime(ResultFiles.download(job, directory)))
        assert.strictEqual(read(file?.path ?? "").length, file?.size)
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
        assert.deepStrictEqual(
          (yield* asked).map(({ headers }) => headers["range"] === undefined),
          [true, true, true, false, false, false]
        )
      })
    )
  )

  it.effect("gives up after eight more tries, and says why", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake, asked }) {
        yield* fake.fault(...Array.from({ length: 20 }, () => "dropped" as const))
        const error = yield* Effect.flip(inVirtualTime(ResultFiles.download(job, directory)))
        assert.strictEqual(reasonOf(error), "Transport")
        assert.isTrue(error.isRetryable)
        assert.include(error.message, "broke the connection")
        assert.lengthOf(yield* asked, 9)
      })
    )
  )

  it.effect("does not try again what the transport says is of no use", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        let asked = 0
        const client = HttpClient.make((request) => {
          asked++
          const cause = Object.assign(new Error("no such recording at https://a.example/?q=1"), { isRetryable: false })
          return Effect.fail(
            new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
          )
        })
        const error = yield* Effect.flip(
          ResultFiles.download(done({ url: "https://a.example/" }), directory).pipe(
            Effect.provideService(HttpClient.HttpClient, client)
          )
        )
        assert.include(error.message, "(no such recording at https://a.example/?…)")
        assert.isFalse(error.isRetryable)
        assert.strictEqual(asked, 1)
      })
    )
  )

  it.effect("does not try again what a client that fails by status refuses", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, asked }) {
        const client = HttpClient.filterStatusOk(yield* HttpClient.HttpClient)
        const error = yield* ResultFiles.download(done({ url: `${job.files[0]?.url}0` }), directory).pipe(
          Effect.provideService(HttpClient.HttpClient, client),
          Effect.flip
        )
        assert.deepStrictEqual(error.reason, new ResultFiles.Refused({ status: 403 }))
        assert.lengthOf(yield* asked, 1)
      })
    )
  )

  it.effect("has three files under way at most", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        let active = 0
        let most = 0
        const client = HttpClient.make((request) =>
          Effect.gen(function* () {
            most = Math.max(most, ++active)
            yield* Effect.sleep("50 seconds")
            active--
            return HttpClientResponse.fromWeb(request, new Response("v 0 0 0"))
          })
        )
        const job = done(...Array.from({ length: 10 }, () => ({ type: "OBJ", url: "https://a.example/" })))
        const files = yield* ResultFiles.download(job, directory).pipe(
          Effect.provideService(HttpClient.HttpClient, client),
          inVirtualTime
        )
        assert.lengthOf(files, 10)
        assert.strictEqual(most, 3)
      })
    )
  )

  it.effect("gives a silent connection the time it is told to", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake, asked }) {
        yield* fake.fault("never")
        const fiber = yield* Effect.forkChild(ResultFiles.download(job, directory, { idleTimeout: "5 seconds" }))
        while ((yield* asked).length === 0) yield* realTurn
        yield* TestClock.adjust("4999 millis")
        assert.lengthOf(yield* asked, 1)
        yield* inVirtualTime(Fiber.join(fiber))
        assert.lengthOf(yield* asked, 2)
      })
    )
  )

  it.effect("fetches the other files though one cannot be had", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const url = job.files[0]?.url ?? ""
        const broken = done({ type: "OBJ", url: `${url}0` }, { type: "GLB", url })
        const error = yield* Effect.flip(ResultFiles.download(broken, directory))
        assert.strictEqual(error.file, `${id}-obj`)
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
      })
    )
  )

  it.effect("leaves out files without a link", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        assert.deepStrictEqual(yield* ResultFiles.download(done({ type: "GLB" }, {}), directory), [])
        const previewUrl = job.files[0]?.previewUrl ?? ""
        const preview = only(yield* ResultFiles.download(done({ previewUrl }), directory, { previews: true }))
        assert.strictEqual(NodePath.basename(preview.path), `${id}-file-preview.png`)
      })
    )
  )

  it.effect("holds the link's query in no error and no span", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, fake }) {
        const url = job.files[0]?.url ?? ""
        const spans: Array<Tracer.NativeSpan> = []
        const tracer = Tracer.make({
          span: (options) => {
            const span = new Tracer.NativeSpan(options)
            spans.push(span)
            return span
          }
        })
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
        assert.deepStrictEqual([...new Set(spans.map((span) => span.name))], ["ResultFiles.download"])
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
    ).pipe(Effect.provide(answering(() => new Response("v 0 0 0"))))
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
        const broken = done({ url: `${job.files[0]?.url}0` })
        const error = yield* Effect.flip(Stream.runDrain(ResultFiles.progress(broken, directory)))
        assert.strictEqual(reasonOf(error), "Refused")
      })
    )
  )
})

// -----------------------------------------------------------------------------
// Sockets
// -----------------------------------------------------------------------------

/** A server that answers its requests one after the other, the last answer again and again. */
const serve = (...answers: ReadonlyArray<(request: Http.IncomingMessage, response: Http.ServerResponse) => void>) =>
  Effect.acquireRelease(
    Effect.callback<{
      readonly origin: string
      readonly asked: Array<Http.IncomingHttpHeaders>
      readonly server: Http.Server
    }>((resume) => {
      const asked: Array<Http.IncomingHttpHeaders> = []
      const server = Http.createServer((request, response) => {
        const answer = answers[Math.min(asked.length, answers.length - 1)]
        asked.push(request.headers)
        answer?.(request, response)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, asked, server }))
      })
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )

const etag = (name: string) => `"${name}"`

/** All of the bytes, or the rest of them if that is what is asked for. */
const whole =
  (bytes: Uint8Array, name = "v1") =>
  (request: Http.IncomingMessage, response: Http.ServerResponse) => {
    const start = Number(/^bytes=([0-9]+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0)
    const headers = { etag: etag(name) }
    if (start === 0 || request.headers["if-range"] !== etag(name)) {
      response.writeHead(200, { ...headers, "content-length": bytes.length }).end(bytes)
    } else if (start >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end()
    } else {
      response
        .writeHead(206, {
          ...headers,
          "content-length": bytes.length - start,
          "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`
        })
        .end(bytes.subarray(start))
    }
  }

/** The first bytes of all that are announced, and then what is told. */
const first =
  (bytes: Uint8Array, count: number, then: (response: Http.ServerResponse) => void, name = "v1") =>
  (_: Http.IncomingMessage, response: Http.ServerResponse) => {
    response.writeHead(200, { etag: etag(name), "content-length": bytes.length })
    response.write(bytes.subarray(0, count), () => setTimeout(() => then(response), 20))
  }
const reset = (response: Http.ServerResponse) => void response.socket?.resetAndDestroy()
/** Resets the connection when some of what was sent is on the disk: a reset discards what is still under way. */
const resetOnceWritten = (directory: string) => (response: Http.ServerResponse) => {
  const part = NodePath.join(directory, partName())
  const timer = setInterval(() => {
    if (!NodeFs.existsSync(part) || NodeFs.statSync(part).size === 0) return
    clearInterval(timer)
    reset(response)
  }, 5)
}
const silence = () => undefined

const big = glb(300_000)
const partName = (name = "v1") => `${id}-glb.${name}.part`

/** Runs over sockets in an empty directory, by each of the clients that users have. */
const overSockets = <A, E>(
  use: (directory: string) => Effect.Effect<A, E, HttpClient.HttpClient | NodeServices.NodeServices | Scope>
) =>
  Effect.forEach(
    [FetchHttpClient.layer, NodeHttpClient.layerUndici, NodeHttpClient.layerNodeHttp],
    (client) => withDirectory((directory) => Effect.scoped(use(directory)).pipe(Effect.provide(client))),
    { concurrency: "unbounded" }
  )
type Scope = Effect.Services<ReturnType<typeof serve>>

/** Each case in a directory of its own. */
const inParallel = <A, E, R>(
  directory: string,
  cases: ReadonlyArray<A>,
  check: (one: A, own: string) => Effect.Effect<void, E, R>
) =>
  Effect.forEach(
    cases,
    (one, index) =>
      Effect.suspend(() => {
        const own = NodePath.join(directory, String(index))
        NodeFs.mkdirSync(own)
        return check(one, own)
      }),
    { concurrency: "unbounded" }
  )

const fetchBig = (origin: string, directory: string, options?: ResultFiles.Options) =>
  ResultFiles.download(done({ type: "GLB", url: `${origin}/a.glb?q-sign=1` }), directory, options)

const assertBig = (directory: string, bytes = big) => {
  assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
  assert.isTrue(Buffer.from(bytes).equals(read(NodePath.join(directory, `${id}-glb.glb`))))
}

describe("a connection", () => {
  it.live("that is reset midway is gone on with from where it broke", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, asked } = yield* serve(first(big, 100_000, resetOnceWritten(directory)), whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.lengthOf(asked, 2)
        assert.match(asked[1]?.range ?? "", /^bytes=[1-9][0-9]*-$/)
        assert.strictEqual(asked[1]?.["if-range"], etag("v1"))
      })
    )
  )

  it.live("that falls silent is given up and gone on with", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, asked } = yield* serve(first(big, 100_000, silence), whole(big))
        yield* fetchBig(origin, directory, { idleTimeout: "1 second" })
        assertBig(directory)
        assert.match(asked[1]?.range ?? "", /^bytes=[1-9][0-9]*-$/)
      })
    )
  )

  it.live("that is slow but not silent is let be", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, asked } = yield* serve((_, response) => {
          response.writeHead(200, { "content-length": big.length })
          const step = big.length / 10
          const send = (from: number) => {
            response.write(big.subarray(from, from + step))
            if (from + step < big.length) setTimeout(() => send(from + step), 300)
            else response.end()
          }
          send(0)
        })
        yield* fetchBig(origin, directory, { idleTimeout: "2 seconds" })
        assertBig(directory)
        assert.lengthOf(asked, 1)
      })
    )
  )

  it.live("that ends before all bytes came is gone on with", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, asked } = yield* serve(
          (_, response) => void response.writeHead(200, { etag: etag("v1") }).end(big.subarray(0, 1000)),
          first(big, 1000, (response) => response.destroy()),
          whole(big)
        )
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.lengthOf(asked, 3)
      })
    )
  )

  it.live("is never asked to go elsewhere", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const other = yield* serve(whole(big))
        for (const status of [301, 302, 303, 307, 308]) {
          const { origin, asked } = yield* serve(
            (_, response) => void response.writeHead(status, { location: `${other.origin}/b.glb` }).end()
          )
          const { reason } = yield* Effect.flip(fetchBig(origin, directory))
          assert.deepStrictEqual(reason, new ResultFiles.Refused({ status }))
          assert.lengthOf(asked, 1)
        }
        assert.lengthOf(other.asked, 0)
      })
    )
  )

  it.live("carries no headers that the application gave to fetch", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const { origin, asked } = yield* serve(whole(big))
        yield* fetchBig(origin, directory).pipe(
          Effect.withSpan("mine"),
          Effect.provideService(FetchHttpClient.RequestInit, {
            credentials: "include",
            headers: { authorization: "mine", cookie: "mine" }
          })
        )
        for (const name of ["authorization", "cookie", "traceparent", "b3"]) assert.notProperty(asked[0], name)
      }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
    )
  )

  it.effect("asks fetch for no cookies, whatever the application asks for", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const given: Array<RequestInit | undefined> = []
        const fetch: typeof globalThis.fetch = (_, init) => {
          given.push(init)
          return Promise.resolve(new Response("v 0 0 0"))
        }
        yield* ResultFiles.download(done({ url: "https://a.example/" }), directory).pipe(
          Effect.provideService(FetchHttpClient.RequestInit, { credentials: "include", mode: "cors" }),
          Effect.provideService(FetchHttpClient.Fetch, fetch)
        )
        assert.include(only(given), { credentials: "omit", redirect: "manual", mode: "cors" })
      })
    ).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.effect("is made over https only, but for this machine, and without a password", () =>
    withDirectory(
      Effect.fnUntraced(function* (directory) {
        for (const url of [
          "http://storage.example/a.glb",
          "http://127.0.0.1.example/a.glb",
          "https://user:secret@storage.example/a.glb",
          "ftp://127.0.0.1/a.glb",
          "file:///etc/passwd",
          "data:model/gltf-binary,glTF",
          "//storage.example/a.glb",
          "a.glb",
          " "
        ]) {
          const error = yield* Effect.flip(ResultFiles.download(done({ url }), directory))
          assert.strictEqual(reasonOf(error), "InvalidLink", url)
        }
        for (const url of [
          "http://localhost/a",
          "http://[::1]:80/a",
          "http://127.1.2.3/a",
          "https://storage.example/a"
        ]) {
          yield* ResultFiles.download(done({ url }), directory, { overwrite: true })
        }
      })
    ).pipe(Effect.provide(answering(() => new Response("v 0 0 0"))))
  )
})

describe("a part of a file", () => {
  const leave = (directory: string, bytes: Uint8Array, name?: string) =>
    NodeFs.writeFileSync(NodePath.join(directory, partName(name)), bytes)

  it.live("is gone on with, and shows as received", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, big.subarray(0, 1234))
        const { origin, asked } = yield* serve(whole(big))
        const events = yield* ResultFiles.progress(done({ type: "glb", url: origin }), directory).pipe(
          Stream.runCollect
        )
        assertBig(directory)
        assert.strictEqual(asked[0]?.range, "bytes=1234-")
        assert.deepStrictEqual([events[0]?.received, events[0]?.total], [1234, big.length])
      })
    )
  )

  it.live("that is whole only gets its name", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, big)
        const { origin, asked } = yield* serve(whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.lengthOf(asked, 1)
      })
    )
  )

  it.live("is begun anew when the file is another one now", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, big.subarray(0, 200_000), "old")
        const { origin, asked } = yield* serve(first(big, 50_000, reset), whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.deepStrictEqual(
          asked.map((headers) => headers["if-range"]),
          [etag("old"), etag("v1")]
        )
      })
    )
  )

  it.live("is begun anew when it is longer than the file", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, glb(big.length + 1))
        const { origin } = yield* serve(whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
      })
    )
  )

  it.live("is begun anew when the storage answers all of the file, or another part of it", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const ranged = (range: string, name: string | undefined) => (_: unknown, response: Http.ServerResponse) =>
          void response
            .writeHead(206, { "content-range": range, ...(name === undefined ? {} : { etag: etag(name) }) })
            .end(big.subarray(1000))
        const all = (_: unknown, response: Http.ServerResponse) =>
          void response.writeHead(200, { etag: etag("v1") }).end(big)
        const answers = [
          all,
          ranged(`bytes 0-${big.length - 1001}/${big.length}`, "v1"),
          ranged(`bytes 1000-${big.length - 1}/${big.length}`, "v2"),
          ranged(`bytes 1000-${big.length - 1}/${big.length}`, undefined),
          ranged("lines 1-2", "v1")
        ]
        yield* inParallel(directory, answers, (answer, own) =>
          Effect.gen(function* () {
            // Longer than what is answered, so that old bytes would show.
            leave(own, glb(1000))
            const { origin } = yield* serve(answer, whole(big))
            yield* fetchBig(origin, own)
            assertBig(own)
          })
        )
      })
    )
  )

  it.live("is not gone on with when its file has no strong ETag", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const weakly = [undefined, `W/"v1"`, `"../v1"`, `"${"v".repeat(200)}"`]
        yield* inParallel(directory, weakly, (weak, own) =>
          Effect.gen(function* () {
            const { origin, asked } = yield* serve((_, response) => {
              response.writeHead(200, { "content-length": big.length, ...(weak === undefined ? {} : { etag: weak }) })
              if (asked.length === 1) response.write(big.subarray(0, 1000), () => setTimeout(() => reset(response), 20))
              else response.end(big)
            })
            yield* fetchBig(origin, own)
            assertBig(own)
            assert.deepStrictEqual(
              asked.map((headers) => headers.range),
              [undefined, undefined]
            )
          })
        )
      })
    )
  )

  it.live("that is longer than the file leaves nothing of itself", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        NodeFs.writeFileSync(NodePath.join(directory, `${id}-glb.part`), glb(big.length + 1))
        const { origin } = yield* serve((_, response) => void response.end(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
      })
    )
  )

  it.live("is gone on with until the file is whole, though less than the rest of it is answered", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const mesh = text("v 0 0 0\n".repeat(1000))
        NodeFs.writeFileSync(NodePath.join(directory, `${id}-obj.v1.part`), mesh.subarray(0, 3000))
        const { origin, asked } = yield* serve((request, response) => {
          const start = Number(/^bytes=([0-9]+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0)
          const stop = Math.min(start + 3000, mesh.length)
          response
            .writeHead(206, {
              etag: etag("v1"),
              "content-length": stop - start,
              "content-range": `bytes ${start}-${stop - 1}/${start === 3000 ? mesh.length : "*"}`
            })
            .end(mesh.subarray(start, stop))
        })
        const { path } = only(yield* ResultFiles.download(done({ type: "OBJ", url: origin }), directory))
        assert.isTrue(Buffer.from(mesh).equals(read(path)))
        assert.deepStrictEqual(
          asked.map((headers) => headers.range),
          ["bytes=3000-", "bytes=6000-"]
        )
      })
    )
  )

  it.live("is all that an interruption leaves, and is gone on with", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, asked } = yield* serve(first(big, 100_000, silence), whole(big))
        yield* ResultFiles.progress(done({ type: "GLB", url: origin }), directory).pipe(
          Stream.takeUntil(({ received }) => received >= 100_000),
          Stream.runDrain
        )
        assert.deepStrictEqual(list(directory), [partName()])
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.strictEqual(asked[1]?.range, "bytes=100000-")
      })
    )
  )

  it.live("may be written by two at once", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin } = yield* serve(first(big, 100_000, reset), first(big, 50_000, reset), whole(big))
        const results = yield* Effect.all([fetchBig(origin, directory), fetchBig(origin, directory)].map(Effect.exit), {
          concurrency: 2
        })
        assert.isTrue(results.some(Exit.isSuccess))
        yield* fetchBig(origin, directory)
        assertBig(directory)
      })
    )
  )

  it.live("is all that a kill leaves, and the next process repeats nothing that is there", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const { origin, asked } = yield* serve((request, response) => {
          if (request.url === "/b.glb") whole(glb(5000), "b")(request, response)
          else if (request.headers.range === undefined) first(big, 200_000, silence)(request, response)
          else whole(big)(request, response)
        })
        const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
        const program = `
          import * as NodeServices from "@effect/platform-node/NodeServices"
          import * as Effect from "effect/Effect"
          import * as FetchHttpClient from "effect/http/FetchHttpClient"
          import * as Job from ${module("../../src/job/Job.ts")}
          import * as ResultFiles from ${module("../../src/files/ResultFiles.ts")}
          const files = ["a", "b"].map((name) => new Job.File3D({ type: "GLB", url: "${origin}/" + name + ".glb" }))
          const job = new Job.Done({ id: Job.JobId.make("${id}"), files })
          const done = await ResultFiles.download(job, ${JSON.stringify(directory)}).pipe(
            Effect.provide(NodeServices.layer), Effect.provide(FetchHttpClient.layer), Effect.runPromise)
          console.log(JSON.stringify(done.map((file) => file.kept)))`
        const run = () =>
          spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", 2] })
        const part = NodePath.join(directory, partName())
        const arrived = () => NodeFs.existsSync(part) && NodeFs.statSync(part).size === 200_000

        const killed = run()
        while (!arrived() || list(directory).length < 2 || list(directory).join().includes(".b.")) {
          yield* Effect.sleep("10 millis")
        }
        yield* Effect.callback<void>((resume) => {
          killed.on("exit", () => resume(Effect.void))
          killed.kill("SIGKILL")
        })
        assert.deepStrictEqual(list(directory), [`${id}-glb-2.glb`, partName()].toSorted())

        const output = yield* Effect.callback<string>((resume) => {
          let output = ""
          const second = run()
          second.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()))
          second.on("close", () => resume(Effect.succeed(output)))
        })
        assert.strictEqual(output.trim(), "[false,true]")
        assert.isTrue(Buffer.from(big).equals(read(NodePath.join(directory, `${id}-glb.glb`))))
        assert.deepStrictEqual(list(directory), [`${id}-glb-2.glb`, `${id}-glb.glb`])
        assert.deepStrictEqual(
          asked.map((headers) => headers.range),
          [undefined, undefined, "bytes=200000-"]
        )
      }).pipe(Effect.scoped)
    )
  )
})

describe("the size", () => {
  it.live("that is announced is refused before a byte is read", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, asked } = yield* serve(whole(big))
        const { reason } = yield* ResultFiles.progress(done({ url: origin }), directory, { maxSize: "100 KiB" }).pipe(
          Stream.runForEach(() => Effect.die("a byte was read")),
          Effect.flip
        )
        assert.deepStrictEqual(reason, new ResultFiles.TooLarge({ maxSize: 102_400 }))
        assert.match(reason.message, /larger than 100 ?KiB/)
        assert.lengthOf(asked, 1)
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )

  it.live("of an endless body is bounded, and nothing of it is left", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin } = yield* serve((_, response) => {
          response.writeHead(200)
          const send = () => {
            if (response.destroyed) return
            response.write(big, () => setImmediate(send))
          }
          send()
        })
        const error = yield* Effect.flip(fetchBig(origin, directory, { maxSize: "1 MiB" }))
        assert.strictEqual(reasonOf(error), "TooLarge")
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )

  it.effect("may be just the one that is allowed", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* receive(glb(1000), {}, { maxSize: 1000 })).result, `${id}-file.glb`)
      const { result, left } = yield* receive(glb(1001), {}, { maxSize: 1000 })
      assert.deepStrictEqual(result, new ResultFiles.TooLarge({ maxSize: 1000 }))
      assert.deepStrictEqual(left, [])
    })
  )

  it.effect("that what comes falls short of is an error", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          inVirtualTime(ResultFiles.download(done({ url: "https://storage.example/a" }), directory))
        )
        assert.include(error.message, "9 of 10 bytes came")
      })
    ).pipe(Effect.provide(answering(() => new Response("123456789", { headers: { "content-length": "10" } }))))
  )

  it.effect("that is exceeded by what comes is an error", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          inVirtualTime(ResultFiles.download(done({ url: "https://storage.example/a" }), directory))
        )
        assert.include(error.message, "more than the announced 10 bytes")
      })
    ).pipe(Effect.provide(answering(() => new Response("12345678901", { headers: { "content-length": "10" } }))))
  )
})

// -----------------------------------------------------------------------------
// Content and names
// -----------------------------------------------------------------------------

const binaryStl = (triangles: number) => {
  const bytes = new Uint8Array(84 + triangles * 50)
  bytes.set(text("solid made by a binary writer"))
  new DataView(bytes.buffer).setUint32(80, triangles, true)
  return bytes
}

const contents: Record<string, Uint8Array> = {
  glb: glb(100),
  gif: text("GIF89a......"),
  jpg: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0),
  mp4: text("\0\0\0\u0018ftypisom...."),
  png: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0),
  webp: text("RIFF....WEBPVP8 "),
  zip: rawZip(["model.obj"]),
  usdz: rawZip(["model.usdc"]),
  fbx: text("Kaydara FBX Binary  \0\u001a\0...."),
  stl: binaryStl(3)
}

describe("the content", () => {
  it.effect("decides about the extension, whatever the type and the link say", () =>
    Effect.gen(function* () {
      for (const [extension, bytes] of Object.entries(contents)) {
        for (const type of [undefined, "HOLOGRAM", extension.toUpperCase(), extension]) {
          const { result } = yield* receive(bytes, { type, url: "https://storage.example/a.xyz?b.abc" })
          assert.strictEqual(result, `${id}-${(type ?? "file").toLowerCase()}.${extension}`)
        }
      }
      assert.strictEqual((yield* receive(rawZip(["a.obj"]), { type: "OBJ" })).result, `${id}-obj.zip`)
      assert.strictEqual((yield* receive(text("; FBX 7.3.0 project file\n"), { type: "FBX" })).result, `${id}-fbx.fbx`)
      const ascii = text("solid a\n facet normal 0 0 1\nendsolid a\n")
      assert.strictEqual((yield* receive(ascii, { type: "STL" })).result, `${id}-stl.stl`)
      assert.strictEqual((yield* receive(text("PK\u0005\u0006".padEnd(22, "\0")))).result, `${id}-file.zip`)
    })
  )

  it.effect("that is not recognised leaves the extension to the link, then to the type", () =>
    Effect.gen(function* () {
      const mesh = text("v 0 0 0\n")
      for (const [type, path, name] of [
        ["OBJ", "a.OBJ?x=b.zip", "obj.obj"],
        ["OBJ", "a", "obj.obj"],
        ["OBJ", "a.part", "obj.obj"],
        ["MTL", "a.very-long-extension", "mtl.mtl"],
        ["TEXTURE_IMAGE", "a.exr", "texture_image.exr"],
        ["TEXTURE_IMAGE", "a", "texture_image.bin"],
        [undefined, "a.b.ply", "file.ply"],
        [undefined, "", "file.bin"]
      ] as const) {
        const { result } = yield* receive(mesh, { type, url: `https://storage.example/${path}` })
        assert.strictEqual(result, `${id}-${name}`)
      }
    })
  )

  it.effect("that is clearly something else is an error, and is not left on the disk", () =>
    Effect.gen(function* () {
      const xml = text("<?xml version='1.0' ?>\n<Error><Code>NoSuchKey</Code></Error>")
      const cases: ReadonlyArray<readonly [Uint8Array, string | undefined]> = [
        [xml, "GLB"],
        [xml, "OBJ"],
        [xml, "TEXTURE_IMAGE"],
        [xml, undefined],
        [text("\ufeff \n<!DOCTYPE html><html></html>"), "obj"],
        [text(`{"Response":{"Error":{}}}`), "FBX"],
        [text("v 0 0 0"), "GLB"],
        [text("v 0 0 0"), "zip"],
        [text("v 0 0 0"), "USDZ"],
        [glb(100), "Image"],
        [contents["png"] ?? xml, "GLB"],
        [glb(100, 99), "GLB"],
        [glb(100, 100, 1), "GLB"],
        [new Uint8Array(), "OBJ"],
        [new Uint8Array(), "NEW"]
      ]
      for (const [bytes, type] of cases) {
        const { result, left } = yield* receive(bytes, { type })
        assert.isTrue(typeof result === "object" && result._tag === "UnexpectedContent", `${type}: ${result}`)
        assert.deepStrictEqual(left, [])
      }
    })
  )

  it.effect("of a type that is not known is accepted", () =>
    Effect.gen(function* () {
      for (const content of ["<scene/>", `{"asset":{}}`, "anything"]) {
        assert.strictEqual((yield* receive(text(content), { type: "X3D" })).result, `${id}-x3d.x3d`)
      }
    })
  )

  it.effect("that was compressed on the way is refused", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(ResultFiles.download(done({ url: "https://storage.example/a" }), directory))
        assert.strictEqual(reasonOf(error), "UnexpectedContent")
      })
    ).pipe(Effect.provide(answering(() => new Response("v", { headers: { "content-encoding": "gzip" } }))))
  )

  const starts = [...Object.values(contents), text("solid "), text("PK\u0003\u0004"), text("<"), new Uint8Array()]
  const anyBytes = fc
    .tuple(fc.constantFrom(...starts), fc.nat(40), fc.uint8Array({ maxLength: 120 }))
    .map(([start, count, rest]) => Uint8Array.from([...start.subarray(0, count), ...rest]))
  const anyType = fc.constantFrom(undefined, "GLB", "obj", "STL", "usdz", "IMAGE", "ZIP", "NEW")

  it("of any bytes can be judged", () => {
    fc.assert(
      fc.property(anyBytes, anyType, (head, type) => {
        const finding = content.inspect(type, { head, tail: head, size: head.length })
        if (finding._tag !== "Accepted") return assert.isNotEmpty(finding.description)
        assert.include([undefined, ...content.extensions], finding.extension)
        if (type === "GLB") assert.include(["glb", "fbx", "stl", "usdz", "zip"], finding.extension)
      }),
      { numRuns: 10_000 }
    )
  })

  it.effect("of any bytes ends in a file or a typed error", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(anyBytes, anyType, fc.boolean(), async (bytes, type, unpack) => {
          const { result, left } = await receive(bytes, { type }, { unpack }).pipe(
            inVirtualTime,
            Effect.provide(TestClock.layer()),
            Effect.runPromise
          )
          if (typeof result === "string") assert.include(left, result)
          else assert.include(["UnexpectedContent", "MalformedResponse", "InvalidArchive"], result._tag)
        }),
        { numRuns: 100 }
      )
    )
  )

  it.effect("of any answer ends in a file or a typed error", () =>
    Effect.promise(() => {
      const number = fc.constantFrom("0", "1", "9", "10", "11", "4096", "-1", "1e9", "99999999999999999999", "x", "*")
      const headers = fc.record(
        {
          "content-length": number,
          "content-range": fc.tuple(number, number, number).map(([a, b, c]) => `bytes ${a}-${b}/${c}`),
          etag: fc.constantFrom(`"v1"`, `"v2"`, `W/"v1"`, `"`, "v1"),
          "content-encoding": fc.constantFrom("identity", "gzip", "")
        },
        { requiredKeys: [] }
      )
      const status = fc.constantFrom(200, 201, 206, 206, 300, 302, 400, 403, 404, 416, 416, 429, 500, 503)
      const answer = fc.record({ status, headers, bytes: fc.uint8Array({ maxLength: 20 }) })
      return fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 3 }), fc.nat(12), async (answers, arrived) => {
          let asked = 0
          await withDirectory((directory) =>
            Effect.gen(function* () {
              NodeFs.writeFileSync(NodePath.join(directory, `${id}-new.v1.part`), new Uint8Array(arrived))
              const result = yield* ResultFiles.download(
                done({ type: "NEW", url: "https://a.example/a.new" }),
                directory
              ).pipe(inVirtualTime, Effect.result)
              const left = list(directory).filter((name) => !name.endsWith(".part"))
              assert.lengthOf(left, result._tag === "Success" ? 1 : 0)
            })
          ).pipe(
            Effect.provide(
              answering(() => {
                const { bytes, ...init } = answers[asked++ % answers.length] ?? { bytes: text("") }
                return new Response(body(bytes), init)
              })
            ),
            Effect.provide(TestClock.layer()),
            Effect.runPromise
          )
        }),
        { numRuns: 100 }
      )
    })
  )
})

describe("names", () => {
  it("are one safe component each, different from each other, whatever types and links say", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record(
            {
              type: fc.oneof(
                fc.string({ unit: "binary" }),
                fc.constantFrom("OBJ", "obj", "obj-2", "OBJ_2", "../../etc/passwd", "CON", "obj-preview", "con.", "")
              ),
              url: fc.oneof(
                fc.webUrl({ validSchemes: ["https"] }),
                fc.constantFrom(
                  "https://a.example/..%2f..%2fx.sh",
                  "https://a.example/a.b/c\\d.e f",
                  "https://a.example/.part"
                )
              ),
              previewUrl: fc.constant("https://a.example/p.png")
            },
            { requiredKeys: [] }
          ),
          { maxLength: 5 }
        ),
        async (files) => {
          const { names, left } = await withDirectory((directory) =>
            Effect.gen(function* () {
              const inside = NodePath.join(directory, "inside")
              const downloaded = yield* ResultFiles.download(done(...files), inside, { previews: true })
              for (const file of downloaded) {
                assert.strictEqual(NodePath.dirname(file.path), inside)
                assert.isFalse(file.kept)
              }
              assert.isTrue(list(directory).every((name) => name === "inside"))
              const there = NodeFs.existsSync(inside) ? list(inside) : []
              return { names: downloaded.map((file) => NodePath.basename(file.path)), left: there }
            })
          ).pipe(Effect.provide(answering(() => new Response("v 0 0 0"))), Effect.runPromise)
          assert.deepStrictEqual(left, names.toSorted())
          assert.strictEqual(new Set(names).size, names.length)
          for (const name of names)
            assert.match(name, /^[0-9]{19}-[a-z0-9_]{1,40}(-[0-9]+)?(-preview)?\.[a-z0-9]{1,8}$/)
        }
      ),
      { numRuns: 75 }
    ))

  it.effect("number a type that comes several times", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const url = "https://a.example/a.obj"
        const job = done({ type: "OBJ", url }, { type: "obj", url }, { type: "MTL", url }, { type: "O-B-J", url })
        const files = yield* ResultFiles.download(job, directory)
        assert.deepStrictEqual(
          files.map((file) => NodePath.basename(file.path)),
          [`${id}-obj.obj`, `${id}-obj-2.obj`, `${id}-mtl.obj`, `${id}-obj-3.obj`]
        )
        assert.isFalse(files.some((file) => file.kept))
      })
    ).pipe(Effect.provide(answering(() => new Response("v 0 0 0"))))
  )
})

// -----------------------------------------------------------------------------
// Archives
// -----------------------------------------------------------------------------

describe("an archive", () => {
  const unpack = (bytes: Uint8Array, options?: ResultFiles.Options) =>
    receive(bytes, { type: "OBJ" }, { ...options, unpack: true })

  const refusedFor = (bytes: Uint8Array, why: RegExp, options?: ResultFiles.Options) =>
    Effect.gen(function* () {
      const { result, all } = yield* unpack(bytes, options)
      if (typeof result === "string") return assert.fail(`unpacked ${all}`)
      assert.match(result.message, why)
      assert.deepStrictEqual(all, [`${id}-obj.zip`])
    })

  const model = zip(
    Zip.directory("textures"),
    Zip.file("model.obj", "mtllib model.mtl\n".repeat(1000)),
    Zip.file("textures/a.png", contents["png"] ?? "", { method: "Store" }),
    Zip.file("./b//c.txt", "c")
  )

  it.effect("is unpacked beside itself", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const bytes = yield* model
        const download = ResultFiles.download(done({ type: "OBJ", url: "https://a.example/" }), directory, {
          unpack: true
        }).pipe(Effect.provide(answering(() => new Response(body(bytes)))))
        const file = only(yield* download)
        const unpacked = NodePath.join(directory, `${id}-obj`)
        assert.strictEqual(file?.unpacked, unpacked)
        assert.deepStrictEqual(list(directory), [`${id}-obj`, `${id}-obj.zip`])
        assert.deepStrictEqual(everything(unpacked), ["b/c.txt", "model.obj", "textures/a.png"])
        assert.strictEqual(read(NodePath.join(unpacked, "model.obj")).length, 17_000)
        assert.strictEqual(NodeFs.statSync(unpacked).mode & 0o055, 0o055)

        NodeFs.writeFileSync(NodePath.join(unpacked, "mine.txt"), "mine")
        assert.deepStrictEqual(yield* download, [{ ...file, kept: true }])
        assert.include(list(unpacked), "mine.txt")
      })
    )
  )

  it.effect("that was only downloaded before is unpacked later, and anew when overwritten", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const bytes = yield* model
        const job = done({ type: "OBJ", url: "https://a.example/" })
        const download = (options?: ResultFiles.Options) =>
          ResultFiles.download(job, directory, options).pipe(Effect.provide(answering(() => new Response(body(bytes)))))
        yield* download()
        assert.deepStrictEqual(list(directory), [`${id}-obj.zip`])
        const file = only(yield* download({ unpack: true }))
        assert.isTrue(file?.kept)
        NodeFs.writeFileSync(NodePath.join(file?.unpacked ?? "", "mine.txt"), "mine")
        yield* download({ unpack: true, overwrite: true })
        assert.deepStrictEqual(everything(file?.unpacked ?? ""), ["b/c.txt", "model.obj", "textures/a.png"])
      })
    )
  )

  it.effect("of a USDZ stays one file", () =>
    Effect.gen(function* () {
      const { all } = yield* receive(contents["usdz"] ?? glb(12), { type: "USDZ" }, { unpack: true })
      assert.deepStrictEqual(all, [`${id}-usdz.usdz`])
    })
  )

  it.effect("is refused for a path that leads out of it", () =>
    Effect.gen(function* () {
      for (const name of ["../x", "a/../../x", "a/..", "..", "/etc/x", "//host/share/x", "a/b/../c"]) {
        yield* refusedFor(rawZip(["fine.txt", name]), /the path ".*" (is absolute|leads out of the archive)/)
      }
      for (const name of ["C:x", "C:/x", "C:\\x", "a\\..\\..\\x", "\\\\host\\share", "..\\x"]) {
        yield* refusedFor(rawZip(["fine.txt", name]), /the path ".*" is no name on every system/)
      }
    })
  )

  it.effect("is refused for a path that is not the same on every system", () =>
    Effect.gen(function* () {
      for (const name of [
        "con",
        "a/NUL.txt",
        "com1",
        "LPT\u00b9.x",
        "aux .b",
        "x.",
        "x ",
        "a\u0007b",
        "a|b",
        "a?",
        "...",
        ". ."
      ]) {
        yield* refusedFor(rawZip(["fine.txt", name]), /is no name on every system/)
      }
      yield* refusedFor(rawZip(["x/".repeat(70) + "y"]), /is too deep/)
      for (const name of ["console", "nulls.txt", ".hidden", "a b", "\u6a21\u578b.obj", "com10"]) {
        assert.deepStrictEqual((yield* unpack(rawZip([name]))).all, [`${id}-obj.zip`, `${id}-obj/${name}`].toSorted())
      }
    })
  )

  it("never has a path that leads out of it, on any system", () => {
    const part = fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom("..", ".", "", "a", "A", "c:", "\\", "con", "..\\..", "x ", "\u0000")
    )
    const path = fc.array(part, { maxLength: 5 }).map((parts) => parts.join("/"))
    fc.assert(
      fc.property(fc.array(path, { maxLength: 4 }), fc.constantFrom("File", "Directory"), (paths, type) => {
        const read = makePathReader()
        for (const parts of paths.map((one) => read(one, type))) {
          if (typeof parts === "string") continue
          for (const system of [NodePath.posix, NodePath.win32]) {
            const root = system.resolve("/root")
            const place = system.resolve(root, ...parts)
            assert.isTrue(place === root ? type === "Directory" : place.startsWith(root + system.sep))
            assert.strictEqual(system.relative(root, place), parts.join(system.sep))
          }
        }
      }),
      { numRuns: 5000 }
    )
  })

  it.effect("is refused for a file that occurs twice", () =>
    Effect.gen(function* () {
      for (const names of [
        ["a", "a"],
        ["a", "./a"],
        ["A.txt", "a.TXT"],
        ["\u00e9", "e\u0301"],
        ["a/b", "a"]
      ]) {
        yield* refusedFor(rawZip(names), /occurs twice/)
      }
      yield* refusedFor(rawZip(["a", "A/b"]), /lies in a file/)
    })
  )

  it.effect("is refused when it is encrypted", () => refusedFor(rawZip(["secret"], "x", 0x0801), /is encrypted/))

  it.effect("that unpacks to too much is refused while it is unpacked", () =>
    Effect.gen(function* () {
      const bomb = yield* zip(...[1, 2, 3].map((n) => Zip.file(`${n}`, new Uint8Array(6 * 1024 * 1024))))
      assert.isBelow(bomb.length, 30_000)
      yield* refusedFor(bomb, /more than 100 times its size/)
      yield* refusedFor(bomb, /larger than 1 ?MiB/, { maxSize: "1 MiB" })
      const many = rawZip(
        Array.from({ length: 10_001 }, () => "d/"),
        ""
      )
      yield* refusedFor(many, /more than 10000 entries/)
    })
  )

  it.effect("writes a symbolic link as a file, so that nothing is written through it", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const bytes = yield* zip(Zip.file("link", "../../outside", { mode: 0o777 }))
        const linked = Buffer.from(bytes)
        linked.writeUInt32LE(0o120777 * 65_536, linked.indexOf("PK\u0001\u0002", 0, "latin1") + 38)
        const file = only(
          yield* ResultFiles.download(done({ type: "OBJ", url: "https://a.example/" }), directory, {
            unpack: true
          }).pipe(Effect.provide(answering(() => new Response(body(linked)))))
        )
        assert.isTrue(NodeFs.lstatSync(NodePath.join(file?.unpacked ?? "", "link")).isFile())
      })
    )
  )

  it.effect("that is broken in any place is unpacked as a whole or refused", () =>
    Effect.gen(function* () {
      const bytes = yield* zip(Zip.file("a.txt", "abc".repeat(100)), Zip.file("d/b.txt", "b", { method: "Store" }))
      const all = [`${id}-obj.zip`, `${id}-obj/a.txt`, `${id}-obj/d/b.txt`]
      const check = (changed: Uint8Array) =>
        inVirtualTime(unpack(changed)).pipe(
          Effect.provide(TestClock.layer()),
          Effect.map(({ result, all: left }) => {
            if (typeof result === "string") return
            assert.include(["InvalidArchive", "MalformedResponse", "UnexpectedContent"], result._tag)
            assert.isFalse(left.some((name) => name.startsWith(`${id}-obj/`) || name.includes("unpacking")))
          })
        )
      assert.deepStrictEqual((yield* unpack(bytes)).all, all)
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
            await Effect.runPromise(check(bytes.map((byte, i) => (i === at ? byte ^ mask : byte))))
          }),
          { numRuns: 50 }
        )
      )
      for (let length = 0; length < bytes.length; length += 11) {
        // With an end, as the download itself notices when that is missing.
        yield* check(Uint8Array.from([...bytes.subarray(0, length), ...bytes.subarray(-22)]))
      }
    })
  )

  it.effect("whose unpacking is interrupted leaves nothing behind", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const bytes = yield* model
        const fs = yield* FileSystem.FileSystem
        const reached = yield* Latch.make()
        const stuck = FileSystem.FileSystem.of({
          ...fs,
          open: (path, options) =>
            path.endsWith("a.png") ? Effect.andThen(reached.open, Effect.never) : fs.open(path, options)
        })
        const fiber = yield* ResultFiles.download(done({ type: "OBJ", url: "https://a.example/" }), directory, {
          unpack: true
        }).pipe(
          Effect.provideService(FileSystem.FileSystem, stuck),
          Effect.provide(answering(() => new Response(body(bytes)))),
          Effect.forkChild
        )
        yield* reached.await
        assert.lengthOf(list(directory), 2)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(list(directory), [`${id}-obj.zip`])
      })
    )
  )
})

// -----------------------------------------------------------------------------
// The disk
// -----------------------------------------------------------------------------

describe("the disk", () => {
  const failing = (
    change: (fs: FileSystem.FileSystem) => Partial<FileSystem.FileSystem>,
    check: (error: ResultFiles.DownloadError, directory: string) => void
  ) =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const fs = yield* FileSystem.FileSystem
        const error = yield* Effect.flip(ResultFiles.download(job, directory)).pipe(
          Effect.provideService(FileSystem.FileSystem, FileSystem.FileSystem.of({ ...fs, ...change(fs) }))
        )
        assert.strictEqual(reasonOf(error), "Disk")
        assert.isFalse(error.isRetryable)
        check(error, directory)
      })
    )
  const trouble = (_tag: PlatformError.SystemErrorTag, code: string) =>
    Effect.fail(
      PlatformError.systemError({
        module: "FileSystem",
        method: "test",
        _tag,
        cause: Object.assign(new Error(`${code}: it does not work`), { code })
      })
    )

  it.effect("that is full is an error with the path and what to do", () =>
    failing(
      (fs) => ({
        open: (path, options) =>
          Effect.map(fs.open(path, options), (file) => ({
            ...file,
            seek: file.seek.bind(file),
            writeAll: () => trouble("Unknown", "ENOSPC")
          }))
      }),
      (error, directory) => {
        assert.match(error.message, /-glb: .*\.part could not be used: the disk is full\. Free some space and download/)
        assert.include(error.message, directory)
      }
    )
  )

  it.effect("that denies access is an error with the path and what to do", () =>
    failing(
      () => ({ rename: () => trouble("PermissionDenied", "EACCES") }),
      (error) => assert.match(error.message, /-glb\.glb could not be used: access was denied/)
    )
  )

  it.effect("that fails in another way is an error with its own words", () =>
    failing(
      () => ({ readDirectory: () => trouble("Unknown", "EIO") }),
      (error) => assert.match(error.message, /could not be used: EIO: it does not work\. Mend that/)
    )
  )

  it.effect("with a file where the directory should be is an error", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const file = NodePath.join(directory, "file")
        NodeFs.writeFileSync(file, "")
        const { reason } = yield* Effect.flip(ResultFiles.download(job, file))
        assert.strictEqual(reason._tag === "Disk" ? reason.path : reason._tag, file)
      })
    )
  )
})
