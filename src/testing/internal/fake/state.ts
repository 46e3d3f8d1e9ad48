/**
 * What the fake knows of its jobs, as JSON to be kept.
 *
 * **Gotchas**
 *
 * - Times are relative to the moment of saving. So the jobs go on from where they stood, however much later a fake starts
 *   with them, and a state that lies beside tests does not expire.
 * - Requests, faults that were ordered, and temporary keys are not kept.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Hunyuan from "../../../job/Hunyuan.ts"
import * as Job from "../../../job/Job.ts"
import type * as JobKind from "../../../job/JobKind.ts"
import type { Chance } from "./chance.ts"
import type { FakeJob } from "./job.ts"
import type { Jobs } from "./jobs.ts"
import type { Settings } from "./settings.ts"

const version = 1

/** How far a clock can be moved and a job can last, in milliseconds: a century keeps every time a date. */
const maxSpan = Duration.toMillis(Duration.weeks(5200))
const span = Schema.Finite.check(Schema.isBetween({ minimum: -maxSpan, maximum: maxSpan }))
const duration = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: maxSpan }))
const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

const reason = { code: Schema.String, message: Schema.String }

/** In milliseconds from the moment of saving; what never comes is left out. */
const StateJob = Schema.Struct({
  id: Job.JobId,
  /** The name of the kind. */
  kind: Schema.String,
  region: Schema.NonEmptyString,
  request: Schema.optionalKey(
    Schema.Json.annotate({ description: "What was submitted, as far as the result depends on it" })
  ),
  expiresIn: span.annotate({ description: "When its id is forgotten" }),
  readyIn: Schema.optionalKey(span.annotate({ description: "From when it takes a task slot that is free" })),
  run: Schema.optionalKey(duration.annotate({ description: "How long it runs" })),
  startsIn: Schema.optionalKey(span.annotate({ description: "When it took its task slot; missing while it waits" })),
  endsIn: Schema.optionalKey(span.annotate({ description: "When it ends, once it has started" })),
  outcome: Schema.Union([Schema.Literal("DONE"), Schema.Struct(reason)]),
  file: Schema.String.check(Schema.isPattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { expected: "a UUID" })),
  signature: Schema.String.check(Schema.isPattern(/^[0-9a-f]{40}$/, { expected: "40 hexadecimal digits" }))
}).check(
  Schema.makeFilter(({ endsIn, startsIn }) =>
    endsIn === undefined || (startsIn !== undefined && startsIn <= endsIn)
      ? undefined
      : "a job that ends after it has started"
  )
)

const StateOf1 = Schema.Struct({
  version: Schema.Literal(version),
  seed: Schema.optionalKey(Schema.Finite),
  drawn: Schema.Struct({ jobs: count, failures: count, faults: count, credentials: count }),
  clock: Schema.Struct({
    advancedBy: span,
    timeScale: Schema.Finite.check(Schema.isGreaterThan(0))
  }),
  failing: Schema.optionalKey(
    Schema.Struct({
      ...reason,
      rate: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
    })
  ),
  jobs: Schema.Array(StateJob)
})

/**
 * What the fake knows of its jobs, as JSON to be kept. Only `version` is of concern to you: another version of this
 * library may not read it.
 *
 * @category models
 * @since 0.1.0
 */
export interface State extends Schema.Schema.Type<typeof StateOf1> {}

/**
 * The state is not one that this fake can go on from.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidState extends Schema.TaggedError<InvalidState>("effect-hunyuan3d/Fake/InvalidState")(
  "InvalidState",
  { message: Schema.String },
  { httpApiStatus: 422 }
) {}

interface Parts {
  readonly jobs: Jobs
  readonly chance: Chance
  readonly settings: Settings
}

const finite = <K extends string>(key: K, value: number): Partial<Record<K, number>> => {
  const known: Partial<Record<K, number>> = {}
  if (Number.isFinite(value)) known[key] = value
  return known
}

const stateOf = (job: FakeJob, now: number): typeof StateJob.Type => ({
  id: job.id,
  kind: job.kind.name,
  region: job.region,
  ...(job.request === undefined ? {} : { request: job.request }),
  expiresIn: job.expiresAt - now,
  ...finite("readyIn", job.readyAt - now),
  ...finite("run", job.run),
  ...finite("startsIn", job.startsAt - now),
  ...finite("endsIn", job.endsAt - now),
  outcome: job.outcome,
  file: job.file,
  signature: job.signature
})

const jobOf = (
  {
    endsIn = Infinity,
    expiresIn,
    readyIn = Infinity,
    run = Infinity,
    startsIn = Infinity,
    ...same
  }: typeof StateJob.Type,
  kind: JobKind.Any,
  now: number
): FakeJob => ({
  ...same,
  kind,
  run,
  expiresAt: now + expiresIn,
  readyAt: now + readyIn,
  startsAt: now + startsIn,
  endsAt: now + endsIn
})

export const save = ({ chance, jobs, settings }: Parts, now: number): State => {
  const seed = chance.seed()
  const { advancedBy, failing, timeScale } = settings
  return {
    version,
    ...(seed === undefined ? {} : { seed }),
    drawn: chance.drawn(),
    clock: { advancedBy, timeScale },
    ...(failing === undefined
      ? {}
      : { failing: { code: failing.code, message: failing.message, ...finite("rate", failing.rate ?? Infinity) } }),
    jobs: jobs.stored(now).map((job) => stateOf(job, now))
  }
}

const Versioned = Schema.Struct({ version: Schema.Unknown })

const invalid = (why: string) => new InvalidState({ message: `The state of the fake cannot be used. ${why}` })

const decode = Effect.fnUntraced(function* (json: unknown) {
  const versioned = yield* Effect.mapError(Schema.decodeUnknownEffect(Versioned)(json), () =>
    invalid("It has no version. Give one that the fake has saved.")
  )
  if (versioned.version !== version) {
    const given = String(versioned.version).slice(0, 20)
    return yield* invalid(
      `Its version is ${given}, and this fake reads version ${version}. Save it anew with this fake.`
    )
  }
  return yield* Effect.mapError(
    Schema.decodeUnknownEffect(StateOf1, { onExcessProperty: "error" })(json),
    ({ message }) => invalid(`${message.replaceAll(/\s+/g, " ")}. Correct it, or give one that the fake has saved.`)
  )
})

/** Reads a state, whose kinds must be known. Then the fake goes on from it at `now`, a time of the machine. */
export const restore = Effect.fnUntraced(function* (
  { chance, jobs, settings }: Parts,
  json: unknown,
  kinds: ReadonlyArray<JobKind.Any>,
  machineNow: number
) {
  const state = yield* decode(json)
  const { advancedBy, timeScale } = state.clock
  const now = machineNow + advancedBy
  const restored: Array<FakeJob> = []
  for (const job of state.jobs) {
    const kind = kinds.find(({ name }) => name === job.kind)
    if (kind === undefined) {
      return yield* invalid(
        `It has a job of the kind ${job.kind}, which is not known. Provide the kind with Kinds.layer.`
      )
    }
    restored.push(jobOf(job, kind, now))
  }
  // The index counts on that order.
  const ordered = restored.toSorted((a, b) => a.expiresAt - b.expiresAt)
  settings.advancedBy = advancedBy
  settings.timeScale = timeScale
  settings.failing = state.failing
  chance.start(state.seed, state.drawn)
  jobs.replaceAll(ordered, now)
})

/** When a job was submitted. */
export const submittedAt = (job: FakeJob): number => job.expiresAt - Duration.toMillis(Hunyuan.idLifetime)
