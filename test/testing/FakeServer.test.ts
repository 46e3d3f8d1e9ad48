import * as Http from "node:http"
import * as Net from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServer from "effect/http/HttpServer"
import * as fc from "fast-check"
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Polling from "../../src/job/Polling.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Fake from "../../src/testing/Fake.ts"

const id = Job.JobId.make("1375367755519696896")

/** The model behind a socket on loopback, and the address as `127.0.0.1:port`. */
const serve = (options?: Fake.Options) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(
      Layer.mergeAll(
        NodeHttpServer.layer(() => Http.createServer(), { host: "127.0.0.1", port: 0, gracefulShutdownTimeout: 0 }),
        Fake.layerHandle(options)
      )
    )
    return yield* Effect.gen(function* () {
      yield* HttpServer.serveEffect(Fake.httpApp)
      const { address } = yield* HttpServer.HttpServer
      if (address._tag !== "InetAddressV4") return yield* Effect.die(address)
      return { fake: yield* Fake.Fake, port: address.port, host: `127.0.0.1:${address.port}` }
    }).pipe(Effect.provide(context))
  })

/** Runs an application with the library's layers over a client that uses sockets. */
const withApp =
  (host: string, client: Layer.Layer<HttpClient.HttpClient> = FetchHttpClient.layer) =>
  <A, E>(
    effect: Effect.Effect<A, E, QueryJob.QueryJob | TencentCloud.TencentCloud | HttpClient.HttpClient>
  ): Effect.Effect<A, E> =>
    effect.pipe(
      Effect.provide(
        QueryJob.layer.pipe(
          Layer.provideMerge(TencentCloud.layer),
          Layer.provideMerge(client),
          Layer.provide(Credentials.layer(Fake.credential)),
          Layer.provide(Polling.layer({ schedule: Schedule.spaced("20 millis") })),
          Layer.fresh
        )
      ),
      Effect.updateService(TencentCloud.Endpoint, (endpoint) => ({ ...endpoint, protocol: "http" as const, host }))
    )

/** The SDK that the vendor publishes, against a server on loopback. */
const officialClient = (host: string, signMethod: "TC3-HMAC-SHA256" | "HmacSHA1" = "TC3-HMAC-SHA256") =>
  new CommonClient(host, "2023-09-01", {
    credential: { secretId: Fake.credential.secretId, secretKey: Redacted.value(Fake.credential.secretKey) },
    region: "ap-singapore",
    profile: { signMethod, httpProfile: { protocol: "http://" } }
  })

describe("a server", () => {
  it.live("serves the library over sockets, from the submit to the bytes of the model", () =>
    Effect.gen(function* () {
      const { host } = yield* serve({ run: "50 millis" })
      const bytes = yield* Effect.gen(function* () {
        const { JobId } = yield* TencentCloud.call(JobKind.Pro.submit, { Prompt: "a cat" })
        const done = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(Job.JobId.make(JobId)))
        const url = done.files[0]?.url ?? ""
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

  it.live("takes requests of undici as well, from a host name as from an address", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ jobs: [{ id }] })
      const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(id)).pipe(
        withApp(`localhost:${port}`, NodeHttpClient.layerUndici)
      )
      assert.strictEqual(job._tag, "Running")
    })
  )

  it.live("takes the official SDK, which signs another service and the host without its port", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serve({ jobs: [{ id }] })
      const client = officialClient(host)
      const answer = yield* Effect.promise(() => client.request(JobKind.Pro.query.action, { JobId: id }))
      assert.strictEqual(answer.Status, "RUN")
      const { JobId } = yield* Effect.promise(() => client.request(JobKind.Pro.submit.action, { Prompt: "猫 🐈" }))
      assert.deepStrictEqual(
        (yield* fake.jobs).map((job) => job.id),
        [id, JobId]
      )
      const error = yield* Effect.promise(() => client.request("Nothing", {}).catch((error: unknown) => error))
      assert.include(error, { code: "InvalidAction" })
      assert.match((yield* fake.requests)[0]?.headers["authorization"] ?? "", /\/127\/tc3_request/)
    })
  )

  it.live("tells the older form of signature that it is not modelled", () =>
    Effect.gen(function* () {
      const { host } = yield* serve()
      const error = yield* Effect.promise(() =>
        officialClient(host, "HmacSHA1")
          .request(JobKind.Pro.query.action, { JobId: id })
          .catch((error: unknown) => error)
      )
      assert.include(error, { code: "AuthFailure.InvalidAuthorization" })
    })
  )

  it.live("breaks the connection of a request that is dropped, and goes on serving", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serve({ jobs: [{ id }] })
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

  it.live("never answers when told so, and is not held up by it when it closes", () =>
    Effect.gen(function* () {
      const error = yield* Effect.scoped(
        Effect.gen(function* () {
          const { fake, host } = yield* serve()
          yield* fake.fault("never", "never")
          yield* Effect.forkChild(HttpClient.get(`http://${host}/`))
          return yield* HttpClient.get(`http://${host}/`).pipe(Effect.timeout("50 millis"), Effect.flip)
        })
      ).pipe(Effect.provide(FetchHttpClient.layer), Effect.timeout("5 seconds"))
      assert.strictEqual(error._tag, "TimeoutError")
    })
  )

  it.live("serves the other faults as it serves them in memory", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serve()
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

  it.live("refuses a body over 10 MiB, which it does not read to its end", () =>
    Effect.gen(function* () {
      const { host } = yield* serve()
      const response = yield* HttpClient.post(`http://${host}/`, {
        body: HttpBody.uint8Array(new Uint8Array(10 * 1024 * 1024 + 1))
      })
      assert.match(yield* response.text, /RequestSizeLimitExceeded/)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("answers any bytes that are HTTP at all, and stays up for those that are not", () =>
    Effect.gen(function* () {
      const { fake, host, port } = yield* serve()
      const exchange = (bytes: Uint8Array) =>
        new Promise<string>((resolve) => {
          let received = ""
          const socket = Net.connect(port, "127.0.0.1", () => socket.end(bytes))
          socket.on("data", (chunk) => (received += chunk.toString("latin1")))
          socket.on("error", () => resolve("error"))
          socket.on("close", () => resolve(received))
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
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(message, async (bytes) =>
            assert.match(await exchange(bytes), /^HTTP\/1\.1 (200|40[034]|416) /)
          ),
          { numRuns: 200 }
        )
      )
      for (const bytes of fc.sample(fc.uint8Array(), 50)) yield* Effect.promise(() => exchange(bytes))
      const response = yield* HttpClient.get(`http://${host}/`)
      assert.match(yield* response.text, /UnsupportedProtocol/)
      assert.isAbove((yield* fake.requests).length, 150)
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )
})

describe("a web handler", () => {
  it("serves the same model", async () => {
    const { handler, dispose } = HttpEffect.toWebHandlerLayer(Fake.httpApp, Fake.layerHandle())
    const get = await handler(new Request("http://127.0.0.1/"))
    assert.match(await get.text(), /UnsupportedProtocol/)
    const post = await handler(new Request("http://127.0.0.1/", { method: "POST" }))
    assert.match(await post.text(), /AuthFailure.InvalidAuthorization/)
    const file = await handler(new Request("http://127.0.0.1/3d/output/100000000001/x", { method: "HEAD" }))
    assert.strictEqual(file.status, 404)
    await dispose()
  })
})
