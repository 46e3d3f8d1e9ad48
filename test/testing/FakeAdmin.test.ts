/** The calls that steer the fake, by their typed client and without a socket. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { HttpApi, HttpApiBuilder, HttpApiClient, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as TestClock from "effect/testing/TestClock"
import * as Fake from "../../src/testing/Fake.ts"
import * as FakeAdmin from "../../src/testing/FakeAdmin.ts"
import { codeOf, send, statusOf, submit, submitJob, unknownId } from "./internal/fake/calls.ts"

/** A client of routes, without a socket. */
const clientOf = <E>(routes: Layer.Layer<never, E, HttpRouter.HttpRouter | Fake.Fake>) =>
  Effect.map(HttpRouter.toHttpEffect(routes), (app) =>
    HttpClient.make((request, url) => {
      const received = HttpServerRequest.fromClientRequest(request).modify({
        url: `${url.pathname}${url.search}`,
        headers: HttpClientRequest.setHeader(request, "host", request.headers["host"] ?? url.host).headers
      })
      return app.pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, received),
        Effect.scoped,
        Effect.orDie,
        Effect.map((response) => HttpServerResponse.toClientResponse(response, { request }))
      )
    })
  )

const baseUrl = "http://127.0.0.1:8080"

/** The typed client of the fake in context, and the client beneath it. */
const steering = Effect.gen(function* () {
  const client = yield* clientOf(FakeAdmin.layer())
  const api = yield* HttpApiClient.makeWith(FakeAdmin.Api, { httpClient: client, baseUrl })
  return { client, admin: api.fake }
})

const within = (options?: Fake.Options) => Effect.provide(Layer.fresh(Fake.layer(options)))

describe("The calls that steer the fake", () => {
  it.effect("say that it is there, and list its jobs with their times", () =>
    Effect.gen(function* () {
      const { admin } = yield* steering
      yield* TestClock.setTime(1000)
      const { JobId } = yield* submitJob
      assert.deepStrictEqual(yield* admin.health(), { ok: true, jobs: 1, requests: 1, seed: 7 })
      const [job] = yield* admin.jobs()
      assert.isDefined(job?.endsAt)
      assert.deepStrictEqual(
        { ...job, endsAt: 0 },
        {
          id: JobId,
          kind: "Pro",
          region: "ap-singapore",
          status: "RUN",
          submittedAt: 1000,
          startsAt: 1000,
          endsAt: 0,
          expiresAt: 86_401_000
        }
      )
    }).pipe(within({ seed: 7 }))
  )

  it.effect("end jobs, and say which one there is not", () =>
    Effect.gen(function* () {
      const { admin } = yield* steering
      const ids = [(yield* submitJob).JobId, (yield* submitJob).JobId] as const
      const payload = { code: "FailedOperation.InnerError", message: "no luck" }
      yield* admin.complete({ params: { id: ids[0] } })
      yield* admin.fail({ params: { id: ids[1] }, payload })
      assert.deepStrictEqual(yield* Effect.all(ids.map(statusOf)), ["DONE", "FAIL"])
      for (const order of [
        admin.complete({ params: { id: unknownId } }),
        admin.fail({ params: { id: unknownId }, payload })
      ]) {
        const error = yield* Effect.flip(order)
        assert.strictEqual(error._tag, "NoSuchJob")
        assert.include(error.message, unknownId)
      }
    }).pipe(within())
  )

  it.effect("order faults and failures", () =>
    Effect.gen(function* () {
      const { admin } = yield* steering
      yield* admin.faults({ payload: [{ code: "InternalError" }, { slow: 5 }, "badGateway"] })
      assert.strictEqual(yield* codeOf(), "InternalError")
      yield* admin.failing({ payload: { code: "X", message: "no luck" } })
      const slow = yield* Effect.forkChild(submitJob)
      yield* TestClock.adjust("5 millis")
      yield* admin.failing({ payload: null })
      const { JobId } = yield* Fiber.join(slow)
      yield* TestClock.adjust("3 minutes")
      yield* Effect.exit(send())
      assert.strictEqual(yield* statusOf(JobId), "FAIL")
      assert.deepStrictEqual(
        (yield* admin.requests()).map(({ fault }) => fault),
        [{ code: "InternalError" }, { slow: 5 }, "badGateway", undefined]
      )
    }).pipe(within())
  )

  it.effect("move the clock and set the time scale", () =>
    Effect.gen(function* () {
      const { admin } = yield* steering
      const { JobId } = yield* submitJob
      assert.deepStrictEqual(yield* admin.setClock({ payload: { advance: 200_000, timeScale: 2 } }), {
        now: 200_000,
        advancedBy: 200_000,
        timeScale: 2
      })
      assert.strictEqual((yield* admin.clock()).advancedBy, 200_000)
      assert.strictEqual(yield* statusOf(JobId), "DONE")
    }).pipe(within())
  )

  it.effect("list requests without what grants access to anything", () =>
    Effect.gen(function* () {
      const { admin, client } = yield* steering
      const { JobId } = yield* submitJob
      yield* Effect.flatMap(Fake.Fake, (fake) => fake.advance("3 minutes"))
      const { ResultFile3Ds } = yield* send({ body: JSON.stringify({ JobId }) })
      yield* HttpClient.get(String(ResultFile3Ds[0].Url))
      yield* codeOf({ action: submit, body: `{"Prompt":"a cat"}`, signedHost: "other.example" })
      const requests = yield* admin.requests()
      assert.deepStrictEqual(
        requests.map(({ action, code, jobId, status }) => [action, status, code, jobId]),
        [
          [submit, 200, undefined, JobId],
          ["QueryHunyuanTo3DProJob", 200, undefined, JobId],
          [undefined, 200, undefined, JobId],
          [submit, 200, "AuthFailure.SignatureFailure", undefined]
        ]
      )
      assert.isDefined(requests[3]?.explanation)
      const text = yield* Effect.flatMap(client.get(`${baseUrl}/__fake/requests`), (response) => response.text)
      assert.notMatch(text, /q-signature|authorization|Signature=/i)
    }).pipe(within())
  )

  it.effect("give and take the state, and start over with another seed", () =>
    Effect.gen(function* () {
      const { admin } = yield* steering
      const { JobId } = yield* submitJob
      const state = yield* admin.state()
      yield* admin.reset({ payload: { seed: 8 } })
      assert.deepStrictEqual(yield* admin.health(), { ok: true, jobs: 0, requests: 0, seed: 8 })
      yield* admin.setState({ payload: state })
      assert.strictEqual(yield* statusOf(JobId), "RUN")
      assert.strictEqual((yield* admin.health()).seed, 7)
      const error = yield* Effect.flip(admin.setState({ payload: { version: 2 } }))
      assert.strictEqual(error._tag, "InvalidState")
      assert.include(error.message, "version 1")
      yield* admin.reset({ payload: {} })
      assert.strictEqual((yield* admin.health()).jobs, 0)
    }).pipe(within({ seed: 7 }))
  )

  it.effect("say what is wrong with a call that cannot be read", () =>
    Effect.gen(function* () {
      const { admin, client } = yield* steering
      for (const [path, body, says] of [
        ["clock", `{"advance":-1}`, /advance/],
        ["clock", `{"timeScale":0}`, /timeScale/],
        ["clock", `{"advance":1e300}`, /advance/],
        ["failing", `{"code":1,"message":""}`, /code/],
        ["faults", `["nonsense"]`, /"dropped"/],
        ["reset", `{nope`, /valid JSON/],
        ["reset", "", /Payload/]
      ] as const) {
        const response = yield* client.post(`${baseUrl}/__fake/${path}`, {
          body: HttpBody.text(body, "application/json")
        })
        const text = yield* response.text
        assert.strictEqual(response.status, 400, text)
        const { _tag, message } = JSON.parse(text)
        assert.strictEqual(_tag, "InvalidCall")
        assert.match(message, says)
      }
      assert.strictEqual((yield* admin.clock()).advancedBy, 0)
    }).pipe(within())
  )

  it.effect("are described by an OpenAPI document, each of them", () =>
    Effect.gen(function* () {
      const { client } = yield* steering
      const response = yield* client.get(`${baseUrl}/__fake/openapi.json`)
      const document = JSON.parse(yield* response.text)
      assert.deepStrictEqual(Object.keys(document.paths).toSorted(), [
        "/__fake/clock",
        "/__fake/failing",
        "/__fake/faults",
        "/__fake/health",
        "/__fake/jobs",
        "/__fake/jobs/{id}/complete",
        "/__fake/jobs/{id}/fail",
        "/__fake/requests",
        "/__fake/reset",
        "/__fake/state"
      ])
    }).pipe(within())
  )

  it.effect("are answered in an API of one's own, too", () =>
    Effect.gen(function* () {
      const own = HttpApiGroup.make("own").add(HttpApiEndpoint.get("ping", "/ping"))
      class Api extends HttpApi.make("tests").add(own, FakeAdmin.group) {}
      const routes = HttpApiBuilder.layer(Api).pipe(
        Layer.provide([
          HttpApiBuilder.group(Api, "own", (handlers) => handlers.handle("ping", () => Effect.void)),
          HttpApiBuilder.group(Api, "fake", (handlers) =>
            Effect.map(FakeAdmin.answers, (all) => handlers.handleAll(all))
          )
        ]),
        Layer.provide(HttpServer.layerServices)
      )
      const httpClient = yield* clientOf(routes)
      const client = yield* HttpApiClient.makeWith(Api, { httpClient, baseUrl })
      assert.strictEqual((yield* client.fake.health()).ok, true)
    }).pipe(within())
  )
})

describe("A call that steers the fake", () => {
  const calls = Effect.fnUntraced(function* (hosts?: ReadonlyArray<string>) {
    const client = yield* clientOf(FakeAdmin.layer({ hosts }))
    return (headers: Readonly<Record<string, string>>) =>
      Effect.map(
        client.execute(HttpClientRequest.get(`${baseUrl}/__fake/health`).pipe(HttpClientRequest.setHeaders(headers))),
        (response: HttpClientResponse.HttpClientResponse) => response.status
      )
  })

  it.effect("is answered at the names of loopback only, whatever the port", () =>
    Effect.gen(function* () {
      const status = yield* calls()
      for (const host of ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "[::1]"]) {
        assert.strictEqual(yield* status({ host }), 200, host)
      }
      for (const host of [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8080",
        "127.0.0.1@evil.example",
        "192.168.1.5:8080",
        "*",
        "",
        "::1"
      ]) {
        assert.strictEqual(yield* status({ host }), 403, host)
      }
    }).pipe(within())
  )

  it.effect("is answered at the chosen host, and at every address where that is chosen", () =>
    Effect.gen(function* () {
      const one = yield* calls(["fake.internal"])
      assert.strictEqual(yield* one({ host: "fake.internal:8080" }), 200)
      assert.strictEqual(yield* one({ host: "10.0.0.1:8080" }), 403)
      const six = yield* calls(["fd00::1"])
      assert.strictEqual(yield* six({ host: "[fd00::1]:8080" }), 200)
      const every = yield* calls(["0.0.0.0", "*"])
      assert.strictEqual(yield* every({ host: "10.0.0.1:8080" }), 200)
      assert.strictEqual(yield* every({ host: "[fd00::1]:8080" }), 200)
      assert.strictEqual(yield* every({ host: "evil.example:8080" }), 403)
    }).pipe(within())
  )

  it.effect("is refused when a page of another origin or site makes it", () =>
    Effect.gen(function* () {
      const status = yield* calls()
      const host = "127.0.0.1:8080"
      assert.strictEqual(yield* status({ host, origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-origin" }), 200)
      for (const origin of ["http://127.0.0.1:3000", "http://localhost:8080", "https://127.0.0.1:8080", "null", ""]) {
        assert.strictEqual(yield* status({ host, origin }), 403, origin)
      }
      assert.strictEqual(yield* status({ host, "sec-fetch-site": "cross-site" }), 403)
      assert.strictEqual(yield* status({ host, "sec-fetch-site": "same-site" }), 403)
      assert.strictEqual(yield* status({ host, "sec-fetch-site": "none" }), 200)
    }).pipe(within())
  )
})
