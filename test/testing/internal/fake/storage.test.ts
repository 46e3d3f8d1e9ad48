import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as TestClock from "effect/testing/TestClock"
import * as Job from "../../../../src/job/Job.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { look, statusOf, submitJob } from "./calls.ts"

describe("Result files of the fake", () => {
  const files = Effect.gen(function* () {
    const fake = yield* Fake.Fake
    const id = yield* fake.job({ run: "90 seconds" })
    yield* TestClock.adjust("90 seconds")
    const [file] = (yield* look(id)).ResultFile3Ds
    return { id, model: String(file.Url), preview: String(file.PreviewImageUrl) }
  })
  const download = (url: string, headers: Record<string, string> = {}) =>
    Effect.flatMap(HttpClient.get(url, { headers }), (response) =>
      Effect.map(response.arrayBuffer, (buffer) => ({ response, bytes: new Uint8Array(buffer) }))
    )
  const refused = (url: string) =>
    Effect.gen(function* () {
      const response = yield* HttpClient.get(url)
      const code = /<Code>(\w+)<\/Code>/.exec(yield* response.text)?.[1]
      assert.strictEqual(response.headers["content-type"], "application/xml")
      return `${response.status} ${code}`
    })

  it.effect("a link has the form of a pre-signed one, and the library reads its expiry", () =>
    Effect.gen(function* () {
      const { id, model: url } = yield* files
      const { hostname, pathname, search } = new URL(url)
      assert.match(hostname, /^[a-z0-9-]+\.cos\.ap-singapore\.tencentcos\.cn$/)
      assert.match(pathname, /^\/3d\/output\/[0-9]+\/[0-9a-f-]{36}_output\.glb$/)
      assert.match(
        search,
        /^\?q-sign-algorithm=sha1&q-ak=\w+&q-sign-time=90%3B86490&q-key-time=90%3B86490&q-header-list=host&q-url-param-list=&q-signature=[0-9a-f]{40}$/
      )
      const done = Job.fromResponse(id, yield* Effect.flatMap(look(id), Schema.decodeUnknownEffect(Job.Response)))
      assert.strictEqual(done.files[0]?.expiresAt?.epochMilliseconds, 86_490_000)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a link stays the same from look to look, and is another for every job", () =>
    Effect.gen(function* () {
      const first = yield* files
      const second = yield* files
      assert.strictEqual((yield* look(first.id)).ResultFile3Ds[0].Url, first.model)
      assert.notStrictEqual(new URL(first.model).pathname, new URL(second.model).pathname)
      assert.notStrictEqual(first.model.slice(-40), second.model.slice(-40))
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the model is a GLB of the length that it says", () =>
    Effect.gen(function* () {
      const { response, bytes } = yield* download((yield* files).model)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers["content-type"], "model/gltf-binary")
      assert.strictEqual(response.headers["content-length"], String(bytes.length))
      assert.strictEqual(new TextDecoder().decode(bytes.subarray(0, 4)), "glTF")
      assert.strictEqual(new DataView(bytes.buffer).getUint32(8, true), bytes.length)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the preview is a PNG", () =>
    Effect.gen(function* () {
      const { response, bytes } = yield* download((yield* files).preview)
      assert.strictEqual(response.headers["content-type"], "image/png")
      assert.deepStrictEqual([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a link is valid for 24 hours, though its job is forgotten before, and then denied", () =>
    Effect.gen(function* () {
      const { id, model: url } = yield* files
      yield* TestClock.adjust(Duration.millis(86_400_000 - 1))
      assert.strictEqual(yield* statusOf(id), "FailedOperation.JobNotFound")
      assert.strictEqual((yield* download(url)).response.status, 200)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* refused(url), "403 AccessDenied")
      yield* TestClock.adjust("30 days")
      yield* submitJob
      assert.strictEqual(yield* refused(url), "403 AccessDenied")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a link that was changed is denied, and an unknown file is not found", () =>
    Effect.gen(function* () {
      const { model: url } = yield* files
      const path = url.slice(0, url.indexOf("?"))
      assert.strictEqual(yield* refused(path), "403 SignatureDoesNotMatch")
      assert.strictEqual(yield* refused(`${url}0`), "403 SignatureDoesNotMatch")
      assert.strictEqual(yield* refused(url.replaceAll("86490", "96490")), "403 SignatureDoesNotMatch")
      assert.strictEqual(yield* refused(url.replace("_output.glb", "_output.obj")), "404 NoSuchKey")
      assert.strictEqual(yield* refused(url.replace(/[0-9a-f]{12}_/, "000000000000_")), "404 NoSuchKey")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("HEAD answers what GET would, without the body", () =>
    Effect.gen(function* () {
      const { model: url } = yield* files
      const get = (yield* download(url)).response
      const head = yield* HttpClient.head(url)
      assert.strictEqual(head.status, 200)
      assert.deepStrictEqual({ ...head.headers }, { ...get.headers })
      assert.strictEqual(yield* head.text, "")
      const missing = yield* HttpClient.head(url.replace(".glb", ".obj"))
      assert.strictEqual(missing.status, 404)
      assert.strictEqual(yield* missing.text, "")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("any range of bytes can be had, so that a download can be resumed", () =>
    Effect.gen(function* () {
      const { model: url } = yield* files
      const { bytes, response } = yield* download(url)
      const size = bytes.length
      assert.strictEqual(response.headers["accept-ranges"], "bytes")
      const ranges: ReadonlyArray<readonly [range: string, start: number, stop: number]> = [
        ["bytes=0-0", 0, 1],
        ["bytes=100-199", 100, 200],
        ["bytes=100-", 100, size],
        [`bytes=${size - 1}-`, size - 1, size],
        ["bytes=-10", size - 10, size],
        [`bytes=-${size + 1}`, 0, size],
        [`bytes=10-${size + 100}`, 10, size]
      ]
      for (const [range, start, stop] of ranges) {
        const part = yield* download(url, { range })
        assert.strictEqual(part.response.status, 206, range)
        assert.strictEqual(part.response.headers["content-range"], `bytes ${start}-${stop - 1}/${size}`)
        assert.strictEqual(part.response.headers["content-length"], String(stop - start))
        assert.strictEqual(part.response.headers["etag"], response.headers["etag"])
        assert.deepStrictEqual(part.bytes, bytes.slice(start, stop))
      }
      for (const range of ["bytes=", "bytes=-", "bytes=9-3", "lines=1-2", "bytes=1-2,5-6", "bytes=a-b"]) {
        assert.strictEqual((yield* download(url, { range })).response.status, 200, range)
      }
      for (const range of [`bytes=${size}-`, "bytes=-0", "bytes=99999999999999999999-"]) {
        const none = yield* download(url, { range })
        assert.strictEqual(none.response.status, 416, range)
        assert.strictEqual(none.response.headers["content-range"], `bytes */${size}`)
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a range of a file that has changed since is answered with the whole file", () =>
    Effect.gen(function* () {
      const { model: url } = yield* files
      const etag = (yield* download(url)).response.headers["etag"] ?? ""
      assert.match(etag, /^"[0-9a-f]{32}"$/)
      const range = "bytes=5-"
      assert.strictEqual((yield* download(url, { range, "if-range": etag })).response.status, 206)
      assert.strictEqual((yield* download(url, { range, "if-range": `"other"` })).response.status, 200)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the host of links can be chosen", () =>
    Effect.gen(function* () {
      assert.match((yield* files).model, /^https:\/\/files\.example\/3d\/output\//)
    }).pipe(Effect.provide(Fake.layer({ resultHost: "files.example" })))
  )
})
