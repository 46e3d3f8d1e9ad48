import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
/**
 * Steering the fake over HTTP: for tests in another process or another language, against `hunyuan3d serve`, and for the
 * workbench's page. Each call is one of the handle `Fake`.
 *
 * `Api` describes the calls, with its OpenAPI document at `/__fake/openapi.json`, and `HttpApiClient.make(Api)` is a typed
 * client of it. `layer` answers them from the `Fake` that it is given.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/** What can go wrong with a request on purpose, as JSON. `Fake.Fault` says what each does. */
const Fault = Schema.Union([
  Schema.Literals(["dropped", "never", "truncated", "badGateway"]),
  Schema.Struct({ slow: Schema.Finite.annotate({ description: "In milliseconds" }) }),
  Schema.Struct({ code: Schema.String, message: Schema.optionalKey(Schema.String) }),
  Schema.Struct({ status: Schema.String })
])

const JobState = Schema.Struct({
  id: Schema.String,
  kind: Schema.String,
  region: Schema.String,
  status: Schema.Literals(["WAIT", "RUN", "DONE", "FAIL"]),
  /** Unix milliseconds of the fake's clock. */
  submittedAt: Schema.Finite,
  startsAt: Schema.optionalKey(Schema.Finite),
  endsAt: Schema.optionalKey(Schema.Finite),
  expiresAt: Schema.Finite
})

/** The fake's clock: the time of the machine, moved by `advancedBy`, with jobs that run `timeScale` times faster. */
const FakeClock = Schema.Struct({
  now: Schema.Finite,
  /** In milliseconds. */
  advancedBy: Schema.Finite,
  timeScale: Schema.Finite
})

const Received = Schema.Struct({
  /** Counts from 1 since the start or the last reset. */
  id: Schema.Finite,
  receivedAt: Schema.Finite,
  method: Schema.String,
  /** Path and query, without what grants access. */
  url: Schema.String,
  action: Schema.optionalKey(Schema.String),
  status: Schema.Finite,
  code: Schema.optionalKey(Schema.String),
  requestId: Schema.optionalKey(Schema.String),
  /** Why its signature was refused, as a sentence. */
  explanation: Schema.optionalKey(Schema.String),
  fault: Schema.optionalKey(Fault)
})

/** There is no such job. */
export class NoSuchJob extends Schema.TaggedError<NoSuchJob>("effect-hunyuan3d/FakeAdmin/NoSuchJob")(
  "NoSuchJob",
  { message: Schema.String },
  { httpApiStatus: 404 }
) {}

/** The state is not one that this fake can go on from. */
export class InvalidState extends Schema.TaggedError<InvalidState>("effect-hunyuan3d/FakeAdmin/InvalidState")(
  "InvalidState",
  { message: Schema.String },
  { httpApiStatus: 422 }
) {}

/** There is no fake to steer: the calls go to a real endpoint. */
export class NotTheFake extends Schema.TaggedError<NotTheFake>("effect-hunyuan3d/FakeAdmin/NotTheFake")(
  "NotTheFake",
  { message: Schema.String },
  { httpApiStatus: 409 }
) {}

const Reason = Schema.Struct({ code: Schema.String, message: Schema.String })

/** The calls, as a group for an `HttpApi` of one's own. */
export const group = HttpApiGroup.make("fake")
  .add(
    HttpApiEndpoint.get("health", "/health", {
      success: Schema.Struct({
        ok: Schema.Literal(true),
        jobs: Schema.Finite,
        requests: Schema.Finite,
        seed: Schema.Finite
      }),
      error: NotTheFake
    }),
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
    /** The next requests suffer these faults, one each. */
    HttpApiEndpoint.post("faults", "/faults", {
      payload: Schema.Array(Fault),
      success: HttpApiSchema.NoContent,
      error: NotTheFake
    }),
    /** How the jobs that are submitted from now on end; null for files, as usual. */
    HttpApiEndpoint.post("failing", "/failing", {
      payload: Schema.NullOr(Reason),
      success: HttpApiSchema.NoContent,
      error: NotTheFake
    }),
    HttpApiEndpoint.get("clock", "/clock", { success: FakeClock, error: NotTheFake }),
    /** Moves the jobs' time forward, in milliseconds, or sets how fast jobs run from now on. */
    HttpApiEndpoint.post("setClock", "/clock", {
      payload: Schema.Struct({
        advance: Schema.optionalKey(Schema.Finite),
        timeScale: Schema.optionalKey(Schema.Finite)
      }),
      success: FakeClock,
      error: NotTheFake
    }),
    HttpApiEndpoint.get("requests", "/requests", { success: Schema.Array(Received), error: NotTheFake }),
    /** Forgets everything and starts over, with another seed where one is given. */
    HttpApiEndpoint.post("reset", "/reset", {
      payload: Schema.Struct({ seed: Schema.optionalKey(Schema.Finite) }),
      success: HttpApiSchema.NoContent,
      error: NotTheFake
    }),
    /** All that the fake knows of its jobs, as JSON to be kept. */
    HttpApiEndpoint.get("state", "/state", { success: Schema.Json, error: NotTheFake }),
    HttpApiEndpoint.put("setState", "/state", {
      payload: Schema.Json,
      success: HttpApiSchema.NoContent,
      error: [InvalidState, NotTheFake]
    })
  )
  .prefix("/__fake")

/** The calls as an API. */
export const Api = HttpApi.make("hunyuan3d-fake")
  .add(group)
  .annotateMerge(OpenApi.annotations({ title: "The fake of hunyuan3d serve" }))
