import * as Net from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schedule } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as fc from "fast-check"
import * as Credentials from "../../../../src/cloud/Credentials.ts"
import * as Endpoint from "../../../../src/cloud/Endpoint.ts"
import * as TencentCloud from "../../../../src/cloud/TencentCloud.ts"
import * as Job from "../../../../src/job/Job.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as Polling from "../../../../src/job/Polling.ts"
import * as QueryJob from "../../../../src/job/QueryJob.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { serveFake } from "../../../support/fakeServer.ts"
import { property } from "../../../support/property.ts"

const id = Job.JobId.make("1375367755519696896")

/** Runs an application with the library's layers over a client that uses sockets. */
const withApp =
  (host: string) =>
  <A, E>(
    effect: Effect.Effect<A, E, QueryJob.QueryJob | TencentCloud.TencentCloud | HttpClient.HttpClient>
  ): Effect.Effect<A, E> =>
    effect.pipe(
      Effect.provide(
        QueryJob.layer.pipe(
          Layer.provideMerge(TencentCloud.layer),
          Layer.provideMerge(FetchHttpClient.layer),
          Layer.provide(Credentials.layer(Fake.credential)),
          Layer.provide(Polling.layer({ schedule: Schedule.spaced("20 millis") })),
          Layer.fresh
        )
      ),
      Effect.provide(Endpoint.layer({ protocol: "http", host }))
    )

describe("A server that mounts the fake", () => {
  it.live("a server takes the library over sockets, from the submit to the bytes of the model", () =>
    Effect.gen(function* () {
      const { host } = yield* serveFake({ run: "50 millis" })
      const bytes = yield* Effect.gen(function* () {
        const { JobId } = yield* TencentCloud.call(JobKind.Pro.submit, { Prompt: "a cat" })
        const done = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(Job.JobId.make(JobId)))
        const url = done.files[0]?.url?.href ?? ""
        assert.isTrue(url.startsWith(`http://${host}/3d/output/`))
        const response = yield* HttpClient.get(url)
        assert.strictEqual(response.status, 200)
        const part = yield* HttpClient.get(url, { headers: { range: "bytes=4-7" } })
        assert.strictEqual(part.status, 206)
        assert.deepStrictEqual([...new Uint8Array(yield* part.arrayBuffer)], [2, 0, 0, 0])
        const head = yield* HttpClient.head(url)
        assert.strictEqual(head.headers["content-length"], response.headers["content-length"])
        return new Uint8Array(yield* response.arrayBuffer)
      }).pipe(withApp(host))
      assert.strictEqual(new TextDecoder().decode(bytes.subarray(0, 4)), "glTF")
      assert.strictEqual(new DataView(bytes.buffer).getUint32(8, true), bytes.length)
    })
  )

  it.live("a server takes requests to a host name as to an address", () =>
    Effect.gen(function* () {
      const { port } = yield* serveFake({ jobs: [{ id }] })
      const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(id)).pipe(withApp(`localhost:${port}`))
      assert.strictEqual(job._tag, "Running")
    })
  )

  it.live("a server breaks the connection of a request that is dropped, and goes on serving", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serveFake({ jobs: [{ id }] })
      for (const client of [FetchHttpClient.layer, NodeHttpClient.layerUndici]) {
        yield* fake.fault("dropped")
        const error = yield* HttpClient.post(`http://${host}/`).pipe(Effect.flip, Effect.provide(Layer.fresh(client)))
        assert.strictEqual(error.reason._tag, "TransportError")
      }
      yield* fake.fault("dropped")
      const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(id)).pipe(withApp(host))
      assert.strictEqual(job._tag, "Running")
      assert.strictEqual((yield* fake.requests).length, 4)
    })
  )

  it.live("a server never answers when told so, and is not held up by it when it closes", () =>
    Effect.gen(function* () {
      const error = yield* Effect.scoped(
        Effect.gen(function* () {
          const { fake, host } = yield* serveFake()
          yield* fake.fault("never", "never")
          yield* Effect.forkChild(HttpClient.get(`http://${host}/`))
          return yield* HttpClient.get(`http://${host}/`).pipe(Effect.timeout("50 millis"), Effect.flip)
        })
      ).pipe(Effect.provide(FetchHttpClient.layer), Effect.timeout("5 seconds"))
      assert.strictEqual(error._tag, "TimeoutError")
    })
  )

  it.live("a server shows the other faults as they are in memory", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serveFake()
      yield* fake.fault("badGateway", "truncated", { slow: "50 millis" })
      const client = yield* HttpClient.HttpClient
      const gateway = yield* client.post(`http://${host}/`)
      assert.strictEqual(gateway.status, 502)
      assert.match(yield* gateway.text, /^<html>/)
      assert.match(yield* (yield* client.post(`http://${host}/`)).text, /^\{"Response":\{"Error":\{"Code":"Auth[^}]*$/)
      const fiber = yield* Effect.forkChild(client.post(`http://${host}/`))
      yield* Effect.sleep("20 millis")
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.live("a server refuses a body over 10 MiB, which it does not read to its end", () =>
    Effect.gen(function* () {
      const { host } = yield* serveFake()
      const response = yield* HttpClient.post(`http://${host}/`, {
        body: HttpBody.uint8Array(new Uint8Array(10 * 1024 * 1024 + 1))
      })
      assert.match(yield* response.text, /RequestSizeLimitExceeded/)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  const exchange = (port: number, bytes: Uint8Array) =>
    Effect.callback<string>((resume) => {
      let received = ""
      const socket = Net.connect(port, "127.0.0.1", () => socket.end(bytes))
      socket.on("data", (chunk) => (received += chunk.toString("latin1")))
      socket.on("error", () => resume(Effect.succeed("error")))
      socket.on("close", () => resume(Effect.succeed(received)))
    })
  const token = fc.string({ minLength: 1, unit: fc.constantFrom(..."abcXYZ-_019") })
  const value = fc.string({ unit: fc.constantFrom(..."abcXYZ /?&=%;,.:\"'\\\t\u00ff019") })
  const message = fc
    .tuple(fc.constantFrom("GET", "HEAD", "POST", "PUT"), value, fc.array(fc.tuple(token, value)), fc.uint8Array())
    .map(([method, path, headers, body]) => {
      const head = [
        `${method} /${path.replaceAll(/[ \t]/g, "")} HTTP/1.1`,
        "host: x",
        "connection: close",
        ...headers.map(([name, text]) => `x-${name}: ${text}`),
        `content-length: ${body.length}`
      ]
      return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body])
    })

  property(
    "a server answers any bytes that are HTTP at all, and stays up after those that are not",
    [fc.uint8Array(), fc.array(message, { minLength: 1, maxLength: 5 })],
    Effect.fnUntraced(function* (noise, messages) {
      const { port } = yield* serveFake()
      yield* exchange(port, noise)
      for (const bytes of messages) {
        assert.match(yield* exchange(port, bytes), /^HTTP\/1\.1 (200|40[034]|416) /)
      }
    }),
    { runs: 60, timeout: 60_000 }
  )
})
