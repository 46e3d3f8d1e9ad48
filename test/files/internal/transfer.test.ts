import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as DownloadError from "../../../src/files/DownloadError.ts"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { withLogs } from "../../support/logs.ts"
import { property } from "../../support/property.ts"
import { inVirtualTime } from "../../support/virtualTime.ts"
import { glb, mp4, png, wholeFiles } from "../samples.ts"
import {
  answering,
  done,
  id,
  linkOf,
  list,
  only,
  onFake,
  reasonOf,
  receive,
  sized,
  withDirectory,
  write
} from "../support.ts"

/** What becomes of a file of this type, whose storage answers so. */
const fetched = (type: string, answer: (request: Request, nth: number) => Response) => {
  let nth = 0
  return withDirectory((directory) =>
    inVirtualTime(ResultFiles.download(done({ type, url: "https://storage.example/a" }), directory)).pipe(
      Effect.map((files) => `whole ${only(files).size}`),
      Effect.catchTag("DownloadError", (error) => Effect.succeed(error.message)),
      Effect.map((result) => ({ result, requests: nth, left: list(directory) }))
    )
  ).pipe(Effect.provide(answering((request) => answer(request, ++nth))))
}

describe("every retry", () => {
  it.effect("is one debug line, with the file and the reason and without the query of its link", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const url = "https://storage.example/a?q-signature=53c4e7"
        const { lines } = yield* withLogs(
          inVirtualTime(ResultFiles.download(done({ type: "GLB", url }), directory).pipe(Effect.flip))
        )
        assert.strictEqual(lines.length, 8)
        for (const { level, text } of lines) {
          assert.match(text, /^Retry [1-8] in [0-9a-z ]+\. [0-9]+-glb: The storage refused the file \(HTTP 503\)/)
          assert.notInclude(text, "q-signature")
          assert.strictEqual(level, "Debug")
        }
      })
    ).pipe(Effect.provide(answering(() => new Response(null, { status: 503 }))))
  )
})

describe("the end of a body", () => {
  const unknown = "neither the storage nor the file itself says where it ends"

  it.effect("is missing when fewer bytes arrive than announced", () =>
    Effect.gen(function* () {
      const { result, left } = yield* fetched("OBJ", () => sized("123456789", { "content-length": "10" }))
      assert.include(result, "9 of 10 bytes arrived")
      assert.deepStrictEqual(left, [])
    })
  )

  it.effect("is wrong when more bytes arrive than announced", () =>
    Effect.gen(function* () {
      const { result } = yield* fetched("OBJ", () => sized("12345678901", { "content-length": "10" }))
      assert.include(result, "more than the announced 10 bytes arrived")
    })
  )

  it.effect("is not taken on trust when nothing says that it is one", () =>
    Effect.gen(function* () {
      const { result, requests, left } = yield* fetched("OBJ", () => new Response("v 0 0 0\nv 1 0"))
      assert.include(result, unknown)
      assert.strictEqual(requests, 9)
      assert.deepStrictEqual(left, [])
    })
  )

  it.effect("is known from the transport when the body comes in chunks, the last of which is marked", () =>
    Effect.gen(function* () {
      const { result } = yield* fetched(
        "OBJ",
        () => new Response("v 0 0 0", { headers: { "transfer-encoding": "chunked" } })
      )
      assert.strictEqual(result, "whole 7")
    })
  )

  it.effect("is known from the file when its format shows it", () =>
    Effect.gen(function* () {
      for (const [type, bytes] of Object.entries(wholeFiles)) {
        const { result } = yield* fetched(type, () => new Response(Uint8Array.from(bytes)))
        assert.strictEqual(result, `whole ${bytes.length}`)
      }
    })
  )

  it.effect(
    "is missing when the file shows none, also when that many bytes were announced",
    () =>
      Effect.gen(function* () {
        for (const [type, bytes] of Object.entries({ png, mp4 })) {
          for (const headers of [undefined, { "content-length": String(bytes.length - 1) }]) {
            const cut = Uint8Array.from(bytes.subarray(0, -1))
            const { result, left } = yield* fetched(type, () => new Response(cut, headers && { headers }))
            assert.include(result, "The file did not arrive whole", type)
            assert.deepStrictEqual(left, [])
          }
        }
        // Eight retries of each, with the disk in between.
      }),
    20_000
  )

  it.effect("is proved by the storage when it has nothing after it", () =>
    Effect.gen(function* () {
      const mesh = "v 0 0 0\nv 1 0 0\n"
      const ranges: Array<string | null> = []
      const { result } = yield* fetched("OBJ", (request, nth) => {
        ranges.push(request.headers.get("range"))
        const headers = { etag: `"v1"` }
        if (nth === 1) return new Response(mesh.slice(0, 5), { headers })
        if (nth === 2) {
          const range = `bytes 5-${mesh.length - 1}/${mesh.length}`
          return new Response(mesh.slice(5), { status: 206, headers: { ...headers, "content-range": range } })
        }
        return new Response(null, { status: 416, headers: { "content-range": `bytes */${mesh.length}` } })
      })
      assert.strictEqual(result, `whole ${mesh.length}`)
      assert.deepStrictEqual(ranges, [null, "bytes=5-"])
    })
  )

  it.effect("shows that the storage itself has only half a file", () =>
    Effect.gen(function* () {
      const half = Uint8Array.from(png.subarray(0, 40))
      const { result, left } = yield* fetched("PNG", (_, nth) =>
        nth === 1
          ? sized(half, { etag: `"v1"` })
          : new Response(null, { status: 416, headers: { "content-range": `bytes */${half.length}` } })
      )
      assert.include(result, "The storage sent a wrong file: the end of the PNG is missing")
      assert.deepStrictEqual(left, [])
    })
  )
})

describe("a transfer", () => {
  it.effect("is not retried when the storage refuses for good", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        const url = linkOf(job)
        for (const [changed, status, code] of [
          [`${url}0`, 403, "SignatureDoesNotMatch"],
          [url.replace("_output.glb", "_output.obj"), 404, "NoSuchKey"]
        ] as const) {
          const { reason } = yield* Effect.flip(ResultFiles.download(done({ url: changed }), directory))
          assert.deepStrictEqual(reason, new DownloadError.Refused({ status, code }))
        }
        assert.lengthOf(yield* requests, 2)
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )

  it.effect("is not retried when the transport says that this is of no use", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        let requests = 0
        const client = HttpClient.make((request) => {
          requests++
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
        assert.strictEqual(requests, 1)
      })
    )
  )

  it.effect("is not retried when a client that fails by status refuses", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        const client = HttpClient.filterStatusOk(yield* HttpClient.HttpClient)
        const error = yield* ResultFiles.download(done({ url: `${linkOf(job)}0` }), directory).pipe(
          Effect.provideService(HttpClient.HttpClient, client),
          Effect.flip
        )
        assert.deepStrictEqual(error.reason, new DownloadError.Refused({ status: 403 }))
        assert.lengthOf(yield* requests, 1)
      })
    )
  )

  it.effect("accepts a file of just the size that is allowed", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* receive(glb(1000), {}, { maxSize: 1000 })).result, `${id}-file.glb`)
      const { result, left } = yield* receive(glb(1001), {}, { maxSize: 1000 })
      assert.deepStrictEqual(result, new DownloadError.TooLarge({ maxSize: 1000 }))
      assert.deepStrictEqual(left, [])
    })
  )

  it.effect("refuses a body that was compressed on the way", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(ResultFiles.download(done({ url: "https://storage.example/a" }), directory))
        assert.strictEqual(reasonOf(error), "UnexpectedContent")
      })
    ).pipe(Effect.provide(answering(() => sized("v", { "content-encoding": "gzip" }))))
  )

  it.effect("sends no cookies and follows no redirect by fetch, whatever the application provides", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const given: Array<RequestInit | undefined> = []
        const fetch: typeof globalThis.fetch = (_, init) => {
          given.push(init)
          return Promise.resolve(sized("v 0 0 0"))
        }
        yield* ResultFiles.download(done({ url: "https://a.example/" }), directory).pipe(
          Effect.provideService(FetchHttpClient.RequestInit, { credentials: "include", mode: "cors" }),
          Effect.provideService(FetchHttpClient.Fetch, fetch)
        )
        assert.include(only(given), { credentials: "omit", redirect: "manual", mode: "cors" })
      })
    ).pipe(Effect.provide(FetchHttpClient.layer))
  )

  const number = fc.constantFrom("0", "1", "9", "10", "11", "4096", "-1", "1e9", "99999999999999999999", "x", "*")
  const answer = fc.record({
    status: fc.constantFrom(200, 201, 206, 206, 300, 302, 400, 403, 404, 416, 416, 429, 500, 503),
    headers: fc.record(
      {
        "content-length": number,
        "content-range": fc.tuple(number, number, number).map(([a, b, c]) => `bytes ${a}-${b}/${c}`),
        etag: fc.constantFrom(`"v1"`, `"v2"`, `W/"v1"`, `"`, "v1"),
        "content-encoding": fc.constantFrom("identity", "gzip", ""),
        "transfer-encoding": fc.constantFrom("chunked", "gzip, chunked", "identity")
      },
      { requiredKeys: [] }
    ),
    bytes: fc.uint8Array({ maxLength: 20 })
  })
  property(
    "ends in a file or a typed error, whatever the storage answers",
    [fc.array(answer, { minLength: 1, maxLength: 3 }), fc.nat(12)],
    (answers, arrived) => {
      let requests = 0
      const storage = answering(() => {
        const { bytes, ...init } = answers[requests++ % answers.length] ?? { bytes: new Uint8Array() }
        return new Response(Uint8Array.from(bytes).buffer, init)
      })
      return withDirectory((directory) =>
        Effect.gen(function* () {
          write(directory, `${id}-new.v1.0.part`, new Uint8Array(arrived))
          const result = yield* ResultFiles.download(
            done({ type: "NEW", url: "https://a.example/a.new" }),
            directory
          ).pipe(inVirtualTime, Effect.result)
          const left = list(directory).filter((name) => !name.endsWith(".part"))
          assert.lengthOf(left, result._tag === "Success" ? 1 : 0)
        })
      ).pipe(Effect.provide(storage), Effect.provide(TestClock.layer()))
    },
    { runs: 60 }
  )
})
