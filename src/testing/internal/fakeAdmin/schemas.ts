/** The shapes of the calls that steer the fake. */
import * as Schema from "effect/Schema"

/**
 * What can go wrong with a request on purpose, as JSON. `Fake.Fault` says what each does.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Fault = Schema.Union([
  Schema.Literals(["dropped", "never", "truncated", "badGateway"]),
  Schema.Struct({
    slow: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 - 1 })).annotate({
      description: "In milliseconds"
    })
  }),
  Schema.Struct({ code: Schema.String, message: Schema.optionalKey(Schema.String) }),
  Schema.Struct({ status: Schema.String })
])

/**
 * A job as it stands now.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JobState = Schema.Struct({
  id: Schema.String,
  /** The name of its kind. */
  kind: Schema.String,
  region: Schema.String,
  status: Schema.Literals(["WAIT", "RUN", "DONE", "FAIL"]),
  submittedAt: Schema.Finite,
  /** Missing while it waits for a task slot. */
  startsAt: Schema.optionalKey(Schema.Finite),
  /** Missing while it waits, and for one that does not end by itself. */
  endsAt: Schema.optionalKey(Schema.Finite),
  expiresAt: Schema.Finite
})

/**
 * The jobs' clock: the time of the machine, moved by `advancedBy`, with jobs that run `timeScale` times faster.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Clock = Schema.Struct({
  now: Schema.Finite,
  /** In milliseconds. */
  advancedBy: Schema.Finite,
  timeScale: Schema.Finite
})

/**
 * A request that arrived, and what it was answered. Nothing in it grants access to anything.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Received = Schema.Struct({
  /** Counts from 1 since the start or the last reset. */
  id: Schema.Finite,
  receivedAt: Schema.Finite,
  /** How long it took to answer it, in milliseconds, without what a fault added. */
  took: Schema.Finite,
  method: Schema.String,
  /** The path, without what grants access. */
  url: Schema.String,
  action: Schema.optionalKey(Schema.String),
  status: Schema.Finite,
  /** The code of the refusal. */
  code: Schema.optionalKey(Schema.String),
  requestId: Schema.optionalKey(Schema.String),
  /** The job that a submit made, or that the request is about. */
  jobId: Schema.optionalKey(Schema.String),
  /** Why its signature was refused, as a sentence. */
  explanation: Schema.optionalKey(Schema.String),
  fault: Schema.optionalKey(Fault)
})

/**
 * What the fake says of itself. `requests` counts since the start or the last reset.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Health = Schema.Struct({
  ok: Schema.Literal(true),
  jobs: Schema.Finite,
  requests: Schema.Finite,
  /** 0 where the fake was given none. */
  seed: Schema.Finite
})

/**
 * Why a job fails.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Reason = Schema.Struct({ code: Schema.String, message: Schema.String })

/**
 * Why jobs fail that are submitted, and what share of them from 0 to 1; all of them where it is missing.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Failing = Schema.Struct({
  ...Reason.fields,
  rate: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
})

/**
 * There is no such job.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoSuchJob extends Schema.TaggedError<NoSuchJob>("effect-hunyuan3d/FakeAdmin/NoSuchJob")(
  "NoSuchJob",
  { message: Schema.String },
  { httpApiStatus: 404 }
) {}

/**
 * There is no fake to steer: the calls go to a real endpoint.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotTheFake extends Schema.TaggedError<NotTheFake>("effect-hunyuan3d/FakeAdmin/NotTheFake")(
  "NotTheFake",
  { message: Schema.String },
  { httpApiStatus: 409 }
) {}

/**
 * The call cannot be read: its body or a part of its path is not what the call takes.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidCall extends Schema.TaggedError<InvalidCall>("effect-hunyuan3d/FakeAdmin/InvalidCall")(
  "InvalidCall",
  { message: Schema.String },
  { httpApiStatus: 400 }
) {}
