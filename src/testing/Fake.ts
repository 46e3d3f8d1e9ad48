/**
 * The service, modelled in memory, as a transport: an application that is given
 * `Fake.layer()` in place of a real HTTP client submits jobs, waits for them and
 * downloads their results without a network.
 *
 * The model verifies every request as the service does, signature and five-minute
 * window included, limits calls to 20 a second, gives jobs their task slots, lets
 * ids and result links expire after 24 hours, and fails as it is told to. `layer`
 * puts it behind an Effect `HttpClient`; `httpApp` mounts the same model on any
 * Effect HTTP server, for clients that need a socket. The service `Fake` is the
 * handle by which a test steers it.
 *
 * What surprises: time is that of `Clock` and chance that of `Random`, so a test
 * decides about both: with `TestClock` a job of three minutes takes none, and the
 * same `Random.withSeed` gives the same run. Nothing runs in the background: what
 * state a job is in is worked out when somebody looks.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Credentials from "../cloud/Credentials.ts"
import type * as Job from "../job/Job.ts"
import type * as JobKind from "../job/JobKind.ts"
import * as api from "./internal/fake/api.ts"
import * as model from "./internal/fake/model.ts"
import * as storage from "./internal/fake/storage.ts"

/**
 * How a job ends: with its files, or with a code and a message.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = "DONE" | { readonly code: string; readonly message: string }

/**
 * A job to put into the model.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobOptions {
  /** A string of digits. Drawn, with 19 of them, by default. */
  readonly id?: string | undefined
  /** `JobKind.Pro` by default. */
  readonly kind?: JobKind.Any | undefined
  /** Where the job is known. `ap-singapore` by default. */
  readonly region?: string | undefined
  /** How long it waits though a task slot is free. By default as in `Options`. */
  readonly wait?: Duration.Input | undefined
  /** How long it runs once it has a slot; `"Infinity"` until the test ends it. By default as in `Options`. */
  readonly run?: Duration.Input | undefined
  /** `DONE` by default. */
  readonly outcome?: Outcome | undefined
}

/**
 * What can go wrong with one request on purpose.
 *
 * **Details**
 *
 * | fault | what the client sees | is the request carried out? |
 * |---|---|---|
 * | `dropped` | the connection breaks before the answer | yes |
 * | `never` | no answer, ever | yes |
 * | `truncated` | the first half of the answer's body | yes |
 * | `slow` | the answer, that much later | yes, at once |
 * | `badGateway` | status 502 with a page of HTML | no |
 * | `code` | a refusal with that code | no |
 *
 * **Gotchas**
 *
 * A submit that is carried out is a job, and would be paid for, whatever the
 * client sees.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault =
  | "dropped"
  | "never"
  | "truncated"
  | "badGateway"
  | { readonly slow: Duration.Input }
  | { readonly code: string; readonly message?: string | undefined }

/**
 * How the model is set up.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The only one that is accepted. {@link credential} by default. */
  readonly credential?: Credentials.Credential | undefined
  /** Jobs that are there from the start, so that nothing has to be submitted. */
  readonly jobs?: ReadonlyArray<JobOptions & { readonly id: string }> | undefined
  /** How long a job waits though a task slot is free. Not at all by default. */
  readonly wait?: Duration.Input | undefined
  /** How long a job runs once it has a slot. By default each draws its own time, from 60 to 180 seconds. */
  readonly run?: Duration.Input | undefined
  /** How many times faster than that jobs wait and run. 1 by default. Links and ids keep their 24 hours. */
  readonly timeScale?: number | undefined
  /** How many jobs of each kind run at once. By default as many as the service runs: three of `Pro`, and so on. */
  readonly tasksAtOnce?: number | undefined
  /** How many calls of one action are answered within any second. 20 by default. */
  readonly requestsPerSecond?: number | undefined
  /**
   * What becomes of a submit while all task slots of its kind are taken: the job
   * waits for a slot (`queue`, the default), or the submit is refused with
   * `RequestLimitExceeded.JobNumExceed` (`refuse`). The service documents the
   * first, and clients observe the second.
   */
  readonly slotsFull?: "queue" | "refuse" | undefined
  /** Faults by chance: what share of all requests, from 0 to 1, suffers which one. */
  readonly faults?: ReadonlyArray<{ readonly fault: Fault; readonly rate: number }> | undefined
  /**
   * The https host in links to results. By default one of Tencent Cloud's object
   * storage, which `layer` answers itself; on a server, the server's own origin.
   */
  readonly resultHost?: string | undefined
}

/**
 * A request that arrived, and what it was answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedRequest {
  readonly receivedAt: DateTime.Utc
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** The `X-TC-Action`; undefined for a download. */
  readonly action: string | undefined
  /** All of them as they were sent, `authorization` included. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The first 64 KiB as text. */
  readonly body: string
  readonly status: number
  /** The code of the refusal; undefined when the request was carried out. */
  readonly code: string | undefined
  /** What kept the client from seeing that answer. */
  readonly fault: Fault | undefined
}

/**
 * A job of the model as it stands now.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobState {
  readonly id: Job.JobId
  /** The name of its kind. */
  readonly kind: string
  readonly region: string
  readonly status: "WAIT" | "RUN" | "DONE" | "FAIL"
}

/**
 * The connection broke before the answer, as the fault `dropped` wants it.
 *
 * @category errors
 * @since 0.1.0
 */
export class Dropped extends Schema.TaggedError<Dropped>("effect-hunyuan3d/Fake/Dropped")("Dropped", {}) {
  override get message(): string {
    return "The fake service broke the connection, because a fault told it to; send the request again if that is safe"
  }
}

/**
 * The handle on the model.
 *
 * **Details**
 *
 * `layer` and `layerModel` make one model each time they are built; a layer that
 * is shared is one model.
 *
 * **Example** (A job that fails, and a connection that breaks)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 *
 * const program = Effect.gen(function* () {
 *   const fake = yield* Fake.Fake
 *   const id = yield* fake.job({ run: "Infinity" })
 *   yield* fake.fail(id, { code: "FailedOperation.InnerError", message: "no luck" })
 *   yield* fake.fault("dropped")
 *
 *   const error = yield* Effect.flip(QueryJob.QueryJob.use((jobs) => jobs.wait(id)))
 *   assert.equal(error._tag, "JobFailed")
 *   assert.equal((yield* fake.requests).length, 2)
 * })
 * await Effect.runPromise(Effect.provide(program, QueryJob.layer.pipe(Layer.provideMerge(Fake.layer()))))
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Fake extends Context.Service<
  Fake,
  {
    /** Puts a job into the model as if it had been submitted now. */
    readonly job: (options?: JobOptions) => Effect.Effect<Job.JobId>
    /** Ends a job with its files. Dies when there is no such job; one that has ended stays as it is. */
    readonly complete: (id: string) => Effect.Effect<void>
    /** Ends a job with a failure. Dies when there is no such job; one that has ended stays as it is. */
    readonly fail: (id: string, reason: Exclude<Outcome, "DONE">) => Effect.Effect<void>
    /** The jobs whose ids have not expired, in the order in which they came. */
    readonly jobs: Effect.Effect<ReadonlyArray<JobState>>
    /** Lets the next requests suffer these faults, one each, in this order. They come before faults by chance. */
    readonly fault: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
    /** The last 1000 requests, in the order in which they were carried out. */
    readonly requests: Effect.Effect<ReadonlyArray<ReceivedRequest>>
    /** Forgets everything and starts over with the jobs of `Options`. */
    readonly reset: Effect.Effect<void>
    /** Answers one request, for a transport of your own. `origin` is where the answer's links point. */
    readonly answer: (
      request: HttpServerRequest.HttpServerRequest,
      origin: string
    ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Dropped>
  }
>()("effect-hunyuan3d/Fake") {}

/**
 * The key pair that the model accepts unless `Options` names another.
 *
 * @category constants
 * @since 0.1.0
 */
export const credential: Credentials.Credential = {
  secretId: "AKIDFAKE",
  secretKey: Redacted.make("fake-secret-key")
}

const maxLogged = 1000
const maxLoggedBody = 65_536

const badGateway = HttpServerResponse.text(
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
  { status: 502, contentType: "text/html" }
)

const firstHalf = (response: HttpServerResponse.HttpServerResponse) => {
  const { body } = response
  if (body._tag !== "Uint8Array") return response
  const half = body.body.slice(0, body.body.length >> 1)
  return HttpServerResponse.setBody(response, HttpBody.uint8Array(half, body.contentType))
}

const make = Effect.fnUntraced(function* (options: Options = {}) {
  const jobs = model.makeJobs(options)
  const service = api.makeApi(jobs, options.credential ?? credential, options)
  const script: Array<Fault> = []
  const log: Array<ReceivedRequest> = []

  const job = Effect.fn("Fake.job")(function* (job: JobOptions = {}) {
    const random = yield* Random.Random
    return jobs.add(job, yield* Clock.currentTimeMillis, random).id
  })

  const end = Effect.fnUntraced(function* (id: string, outcome: Outcome) {
    const now = yield* Clock.currentTimeMillis
    const found = jobs.find(id, now)
    if (found === undefined) return yield* Effect.die(new Error(`Fake: there is no job ${id} that could be ended`))
    jobs.end(found, outcome, now)
  })

  const preload = Effect.forEach(options.jobs ?? [], job, { discard: true })

  const nextFault = (random: Random.Random): Fault | undefined => {
    const scripted = script.shift()
    if (scripted !== undefined || options.faults === undefined) return scripted
    let chance = random.nextDoubleUnsafe()
    return options.faults.find(({ rate }) => (chance -= rate) < 0)?.fault
  }

  /** The answer as the service sends it. */
  const serve = Effect.fnUntraced(function* (call: api.Call, fault: Fault | undefined, origin: string) {
    const requestId = model.uuid(yield* Random.Random)
    if (fault === "badGateway") return { response: badGateway }
    const refusal =
      typeof fault === "object" && "code" in fault
        ? { code: fault.code, message: fault.message ?? "A fault told the fake service to refuse this." }
        : undefined
    if (storage.isDownload(call)) {
      return refusal === undefined
        ? storage.serve(call, jobs, yield* Clock.currentTimeMillis, requestId)
        : storage.refuse(503, refusal, requestId)
    }
    const result = yield* Effect.result(refusal === undefined ? service.answer(call, origin) : Effect.fail(refusal))
    return api.envelope(result, requestId)
  })

  const answer = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest, origin: string) {
    const call = yield* api.readCall(request)
    const fault = nextFault(yield* Random.Random)
    const linkOrigin = options.resultHost === undefined ? origin : `https://${options.resultHost}`
    const { response, code } = yield* serve(call, fault, linkOrigin)
    const now = DateTime.makeUnsafe(yield* Clock.currentTimeMillis)
    if (log.length === maxLogged) log.shift()
    log.push({
      receivedAt: now,
      method: call.method,
      url: request.url,
      action: call.headers["x-tc-action"],
      headers: { ...call.headers },
      body: Result.isSuccess(call.body) ? new TextDecoder().decode(call.body.success.subarray(0, maxLoggedBody)) : "",
      status: response.status,
      code,
      fault
    })
    const headers = Headers.set(response.headers, "date", Headers.formatHttpDate(now))
    const sent =
      call.method === "HEAD"
        ? HttpServerResponse.empty({ status: response.status, headers })
        : HttpServerResponse.setHeaders(response, headers)
    if (fault === "dropped") return yield* new Dropped()
    if (fault === "never") return yield* Effect.never
    if (fault === "truncated") return firstHalf(sent)
    if (typeof fault === "object" && "slow" in fault) yield* Effect.sleep(fault.slow)
    return sent
  })

  yield* preload
  return Fake.of({
    job,
    complete: Effect.fn("Fake.complete")(function* (id) {
      yield* end(id, "DONE")
    }),
    fail: Effect.fn("Fake.fail")(function* (id, reason) {
      yield* end(id, reason)
    }),
    jobs: Effect.map(Clock.currentTimeMillis, (now) =>
      jobs.known(now).map((job) => ({
        id: job.id,
        kind: job.kind.name,
        region: job.region,
        status: model.status(job, now)
      }))
    ),
    fault: (...faults) => Effect.sync(() => void script.push(...faults)),
    requests: Effect.sync(() => log.slice()),
    reset: Effect.andThen(
      Effect.sync(() => {
        jobs.clear()
        service.clear()
        script.length = 0
        log.length = 0
      }),
      preload
    ),
    answer
  })
})

/**
 * Provides the model alone, for a server that mounts `httpApp`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerModel = (options?: Options): Layer.Layer<Fake> => Layer.effect(Fake, make(options))

/** In the form of the hosts that real links name. */
const resultOrigin = "https://hunyuan-3d-fake-1250000000.cos.ap-singapore.tencentcos.cn"

const layerHttpClient: Layer.Layer<HttpClient.HttpClient, never, Fake> = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(Fake, (fake) =>
    HttpClient.make((request, url) => {
      const received = HttpServerRequest.fromClientRequest(request)
      return fake
        .answer(
          received.modify({
            url: `${url.pathname}${url.search}`,
            // As every transport does, whatever the request says.
            headers: Headers.set(received.headers, "host", url.host)
          }),
          resultOrigin
        )
        .pipe(
          Effect.mapBoth({
            onSuccess: (response) => HttpServerResponse.toClientResponse(response, { request }),
            onFailure: (cause) =>
              new HttpClientError.HttpClientError({
                reason: new HttpClientError.TransportError({ request, cause, description: cause.message })
              })
          })
        )
    })
  )
)

/**
 * Provides the model as an `HttpClient`, `Credentials` that it accepts, and the
 * handle `Fake`.
 *
 * **Details**
 *
 * The client answers calls of the API at any host, and downloads of the links in
 * its answers. A call is checked in this order, and refused with the first code
 * that applies:
 *
 * - method and size: `UnsupportedProtocol`, `RequestSizeLimitExceeded`,
 *   `InvalidRequest`
 * - signature: `AuthFailure.InvalidAuthorization`, `.SecretIdNotFound`,
 *   `.SignatureExpire`, `.SignatureFailure`, `.TokenFailure`
 * - action, and 20 calls of it in any second: `InvalidAction`,
 *   `RequestLimitExceeded`
 * - version and region: `NoSuchVersion`, `UnsupportedRegion`
 * - parameters, by the schema of the kind's request: `InvalidParameter`,
 *   `MissingParameter`, `UnknownParameter`, `InvalidParameterValue`
 * - the job: `FailedOperation.JobNotFound`, `RequestLimitExceeded.JobNumExceed`
 *
 * A header that is missing is a `MissingParameter`. A link is refused with status
 * 403 once it has expired or when it was changed, and with 404 when there is no
 * such file; a `Range` is honoured.
 *
 * **Example** (A job of minutes in no time)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Fiber, Layer } from "effect"
 * import { TestClock } from "effect/testing"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 *
 * const id = Job.JobId.make("1375367755519696896")
 * const program = Effect.gen(function* () {
 *   const waiting = yield* Effect.forkChild(QueryJob.QueryJob.use((jobs) => jobs.wait(id)))
 *   yield* TestClock.adjust("5 minutes")
 *   const done = yield* Fiber.join(waiting)
 *   return done.files.map((file) => file.type)
 * })
 *
 * const Test = QueryJob.layer.pipe(Layer.provide(Fake.layer({ jobs: [{ id, run: "2 minutes" }] })))
 * const types = await Effect.runPromise(program.pipe(Effect.provide(Test), Effect.provide(TestClock.layer())))
 * assert.deepEqual(types, ["GLB"])
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: Options): Layer.Layer<HttpClient.HttpClient | Credentials.Credentials | Fake> =>
  Layer.mergeAll(layerHttpClient, Credentials.layer(options?.credential ?? credential)).pipe(
    Layer.provideMerge(layerModel(options))
  )

/**
 * Mounts the model on any Effect HTTP server.
 *
 * **When to use**
 *
 * Use to test a client that needs a socket: another SDK, another language, or the
 * transport itself.
 *
 * **Details**
 *
 * Links to results lead to the server itself, as its clients name it in `Host`. A
 * dropped connection is one that closes without an answer.
 *
 * **Example** (A server without a socket)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { HttpEffect } from "effect/http"
 * import * as Fake from "effect-hunyuan3d/Fake"
 *
 * const { handler, dispose } = HttpEffect.toWebHandlerLayer(Fake.httpApp, Fake.layerModel())
 * const response = await handler(new Request("http://127.0.0.1/", { method: "POST", body: "{}" }))
 * assert.equal((await response.json()).Response.Error.Code, "AuthFailure.InvalidAuthorization")
 * await dispose()
 * ```
 *
 * @category servers
 * @since 0.1.0
 */
export const httpApp: Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Fake
> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const fake = yield* Fake
  const url = HttpServerRequest.toURL(request)
  return yield* fake.answer(request, Option.isSome(url) ? url.value.origin : resultOrigin)
}).pipe(
  // Servers close the connection when a body that they have begun to send fails.
  Effect.catch((dropped) => Effect.succeed(HttpServerResponse.stream(Stream.fail(dropped)))),
  // Servers run handlers uninterruptible, and one that never answers must end when its client leaves.
  Effect.interruptible
)
