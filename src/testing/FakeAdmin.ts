/**
 * Steering the fake over HTTP: for tests in another process or another language, against `hunyuan3d serve`, and for the
 * workbench's page. Each call is one of the handle `Fake`.
 *
 * `Api` describes the calls, with its OpenAPI document at `/__fake/openapi.json`, and `HttpApiClient.make(Api)` is a typed
 * client of it. `layer` answers them from the `Fake` that it is given, and `answers` does so in an `HttpApi` of your own
 * that has the same `group`.
 *
 * **Gotchas**
 *
 * - The calls have no key. `layer` refuses those that a page in a browser makes (`guard.ts`), and everybody else who
 *   reaches the server may steer the fake.
 * - Times are those of the jobs' clock, as Unix milliseconds.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import type * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Fake } from "./internal/fake/handle.ts"
import { InvalidState } from "./internal/fake/state.ts"
import { makeAnswers } from "./internal/fakeAdmin/answers.ts"
import { Explained, layerExplained } from "./internal/fakeAdmin/explained.ts"
import { guard } from "./internal/fakeAdmin/guard.ts"
import {
  Clock,
  Failing,
  Fault,
  Health,
  JobState,
  NoSuchJob,
  NotTheFake,
  Reason,
  Received
} from "./internal/fakeAdmin/schemas.ts"

export {
  Clock,
  Failing,
  Fault,
  Health,
  InvalidCall,
  JobState,
  NoSuchJob,
  NotTheFake,
  Reason,
  Received
} from "./internal/fakeAdmin/schemas.ts"
export { InvalidState } from "./internal/fake/state.ts"

const path = "/__fake"

const millis = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 366 * 86_400_000 }))

/**
 * The calls, as a group for an `HttpApi` of your own.
 *
 * | call | does |
 * |---|---|
 * | `GET /__fake/health` | says that the fake is there |
 * | `GET /__fake/jobs` | lists the jobs |
 * | `POST /__fake/jobs/:id/complete` | ends a job with its files |
 * | `POST /__fake/jobs/:id/fail` | ends a job with a code and a message |
 * | `POST /__fake/faults` | lets the next requests suffer these faults, one each |
 * | `POST /__fake/failing` | lets the jobs fail that are submitted from now on; `null` for none |
 * | `GET /__fake/clock` | tells the time by which jobs run |
 * | `POST /__fake/clock` | moves it forward (`advance`, in milliseconds), and sets how fast jobs run (`timeScale`) |
 * | `GET /__fake/requests` | lists the last 1000 requests |
 * | `POST /__fake/reset` | forgets everything and starts over, with another seed where one is given |
 * | `GET /__fake/state` | gives what is known of the jobs, as JSON to be kept |
 * | `PUT /__fake/state` | goes on from such a state |
 *
 * @category api
 * @since 0.1.0
 */
export const group = HttpApiGroup.make("fake")
  .add(
    HttpApiEndpoint.get("health", "/health", { success: Health, error: NotTheFake }),
    HttpApiEndpoint.get("jobs", "/jobs", { success: Schema.Array(JobState), error: NotTheFake }),
    HttpApiEndpoint.post("complete", "/jobs/:id/complete", {
      params: { id: Schema.String },
      success: HttpApiSchema.NoContent,
      error: [NoSuchJob, NotTheFake]
    }),
    HttpApiEndpoint.post("fail", "/jobs/:id/fail", {
      params: { id: Schema.String },
      payload: Reason,
      success: HttpApiSchema.NoContent,
      error: [NoSuchJob, NotTheFake]
    }),
    HttpApiEndpoint.post("faults", "/faults", {
      payload: Schema.Array(Fault),
      success: HttpApiSchema.NoContent,
      error: NotTheFake
    }),
    HttpApiEndpoint.post("failing", "/failing", {
      payload: Schema.NullOr(Failing),
      success: HttpApiSchema.NoContent,
      error: NotTheFake
    }),
    HttpApiEndpoint.get("clock", "/clock", { success: Clock, error: NotTheFake }),
    HttpApiEndpoint.post("setClock", "/clock", {
      payload: Schema.Struct({
        advance: Schema.optionalKey(millis),
        timeScale: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
      }),
      success: Clock,
      error: NotTheFake
    }),
    HttpApiEndpoint.get("requests", "/requests", { success: Schema.Array(Received), error: NotTheFake }),
    HttpApiEndpoint.post("reset", "/reset", {
      payload: Schema.Struct({ seed: Schema.optionalKey(Schema.Finite) }),
      success: HttpApiSchema.NoContent,
      error: NotTheFake
    }),
    HttpApiEndpoint.get("state", "/state", { success: Schema.Json, error: NotTheFake }),
    HttpApiEndpoint.put("setState", "/state", {
      payload: Schema.Json,
      success: HttpApiSchema.NoContent,
      error: [InvalidState, NotTheFake]
    })
  )
  .prefix(path)

/**
 * The calls as an API.
 *
 * **Example** (A typed client)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import { HttpClient, HttpClientRequest, HttpClientResponse, HttpEffect, HttpRouter } from "effect/http"
 * import { HttpApiClient } from "effect/http-api"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as FakeAdmin from "effect-hunyuan3d/FakeAdmin"
 *
 * const { handler, dispose } = HttpRouter.toWebHandler(FakeAdmin.layer().pipe(Layer.provide(Fake.layerHandle())))
 * // In place of a socket to `hunyuan3d serve`.
 * const client = HttpClient.make((request, url) =>
 *   Effect.gen(function* () {
 *     const web = yield* Effect.orDie(HttpClientRequest.toWeb(request))
 *     web.headers.set("host", url.host)
 *     return HttpClientResponse.fromWeb(request, yield* Effect.promise(() => handler(web)))
 *   })
 * )
 * const program = Effect.gen(function* () {
 *   const admin = yield* HttpApiClient.make(FakeAdmin.Api, { baseUrl: "http://127.0.0.1:8080" })
 *   const clock = yield* admin.fake.setClock({ payload: { advance: 60_000 } })
 *   assert.equal(clock.advancedBy, 60_000)
 *   assert.deepEqual(yield* admin.fake.jobs(), [])
 * })
 * await Effect.runPromise(Effect.provideService(program, HttpClient.HttpClient, client))
 * await dispose()
 * ```
 *
 * @category api
 * @since 0.1.0
 */
export const Api = HttpApi.make("hunyuan3d-fake")
  .add(group)
  .middleware(Explained)
  .annotateMerge(OpenApi.annotations({ title: "The fake of hunyuan3d serve" }))

/**
 * What answers the calls of `group`, for an `HttpApi` of your own that has it.
 *
 * **Example** (An API with a group more)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as FakeAdmin from "effect-hunyuan3d/FakeAdmin"
 *
 * const own = HttpApiGroup.make("own").add(HttpApiEndpoint.get("ping", "/ping"))
 * class Api extends HttpApi.make("tests").add(own, FakeAdmin.group) {}
 *
 * const Handlers = Layer.mergeAll(
 *   HttpApiBuilder.group(Api, "own", (handlers) => handlers.handle("ping", () => Effect.void)),
 *   HttpApiBuilder.group(Api, "fake", (handlers) => Effect.map(FakeAdmin.answers, (all) => handlers.handleAll(all)))
 * )
 * export const Routes = HttpApiBuilder.layer(Api).pipe(Layer.provide(Handlers), Layer.provide(Fake.layerHandle()))
 * ```
 *
 * @category servers
 * @since 0.1.0
 */
export const answers = makeAnswers

/**
 * Answers the calls, and `GET /__fake/openapi.json`, from the `Fake` in context.
 *
 * **Details**
 *
 * A call is refused with status 403 when its `Host` is neither a name of loopback nor one of `hosts`, whatever its port,
 * and when a page of another origin makes it. So no page in a browser can steer the fake, whose address it may guess.
 * With `*` among `hosts`, every IP address is accepted as well.
 *
 * @category servers
 * @since 0.1.0
 */
export const layer = (options?: {
  readonly hosts?: ReadonlyArray<string> | undefined
}): Layer.Layer<never, never, HttpRouter.HttpRouter | Fake> =>
  HttpApiBuilder.layer(Api, { openapiPath: `${path}/openapi.json` }).pipe(
    Layer.provide(
      HttpApiBuilder.group(Api, "fake", (handlers) => Effect.map(answers, (all) => handlers.handleAll(all)))
    ),
    Layer.provide(layerExplained),
    Layer.provide(guard(options?.hosts ?? [])),
    Layer.provide(HttpServer.layerServices)
  )
