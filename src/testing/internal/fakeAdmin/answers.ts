/** Answers the calls that steer the fake, from its handle. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as SignedLink from "../../../cloud/SignedLink.ts"
import type * as Fake from "../fake/handle.ts"
import { Fake as FakeHandle } from "../fake/handle.ts"
import type { ReceivedRequest } from "../fake/log.ts"
import type { Failing } from "../fake/options.ts"
import { type Clock, type Fault, type JobState, NoSuchJob, type Received } from "./schemas.ts"

const jobState = (job: Fake.JobState): typeof JobState.Type => {
  const { endsAt, expiresAt, id, kind, region, startsAt, status, submittedAt } = job
  return {
    id,
    kind,
    region,
    status,
    submittedAt: DateTime.toEpochMillis(submittedAt),
    ...(startsAt === undefined ? {} : { startsAt: DateTime.toEpochMillis(startsAt) }),
    ...(endsAt === undefined ? {} : { endsAt: DateTime.toEpochMillis(endsAt) }),
    expiresAt: DateTime.toEpochMillis(expiresAt)
  }
}

const clock = ({ advancedBy, now, timeScale }: Fake.JobClock): typeof Clock.Type => ({
  now: DateTime.toEpochMillis(now),
  advancedBy: Duration.toMillis(advancedBy),
  timeScale
})

/** A fault as JSON has it: a duration in milliseconds, and nothing that is undefined. */
const faultOf = (fault: NonNullable<ReceivedRequest["fault"]>): typeof Fault.Type => {
  if (typeof fault === "string") return fault
  if ("slow" in fault) return { slow: Duration.toMillis(fault.slow) }
  if ("status" in fault) return fault
  return fault.message === undefined ? { code: fault.code } : { code: fault.code, message: fault.message }
}

const received = (request: ReceivedRequest): typeof Received.Type => {
  const { action, code, explanation, fault, id, jobId, method, receivedAt, requestId, status, took, url } = request
  return {
    id,
    receivedAt: DateTime.toEpochMillis(receivedAt),
    took: Duration.toMillis(took),
    method,
    url: SignedLink.withoutQueries(url).replace(/\?.*$/s, "?…"),
    ...(action === undefined ? {} : { action }),
    status,
    ...(code === undefined ? {} : { code }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(jobId === undefined ? {} : { jobId }),
    ...(explanation === undefined ? {} : { explanation }),
    ...(fault === undefined ? {} : { fault: faultOf(fault) })
  }
}

const known = Effect.fnUntraced(function* (fake: Fake.Fake["Service"], id: string) {
  const jobs = yield* fake.jobs
  if (jobs.some((job) => job.id === id)) return
  return yield* new NoSuchJob({ message: `There is no job ${id}. Its id may have expired; list the jobs.` })
})

export const makeAnswers = Effect.map(FakeHandle, (fake) => ({
  health: () =>
    Effect.map(Effect.all([fake.counts, fake.seed]), ([counts, seed = 0]) => ({ ok: true as const, ...counts, seed })),
  jobs: () => Effect.map(fake.jobs, (jobs) => jobs.map(jobState)),
  complete: ({ params }: { readonly params: { readonly id: string } }) =>
    Effect.andThen(known(fake, params.id), fake.complete(params.id)),
  fail: ({
    params,
    payload
  }: {
    readonly params: { readonly id: string }
    readonly payload: { readonly code: string; readonly message: string }
  }) => Effect.andThen(known(fake, params.id), fake.fail(params.id, payload)),
  faults: ({ payload }: { readonly payload: ReadonlyArray<typeof Fault.Type> }) => fake.fault(...payload),
  failing: ({ payload }: { readonly payload: Failing | null }) => fake.failing(payload ?? undefined),
  clock: () => Effect.map(fake.clock, clock),
  setClock: Effect.fnUntraced(function* ({
    payload: { advance, timeScale }
  }: {
    readonly payload: { readonly advance?: number; readonly timeScale?: number }
  }) {
    if (advance !== undefined) yield* fake.advance(advance)
    if (timeScale !== undefined) yield* fake.setTimeScale(timeScale)
    return clock(yield* fake.clock)
  }),
  requests: () => Effect.map(fake.requests, (requests) => requests.map(received)),
  reset: ({ payload: { seed } }: { readonly payload: { readonly seed?: number } }) =>
    seed === undefined ? fake.reset : fake.resetWithSeed(seed),
  state: () => fake.save,
  setState: ({ payload }: { readonly payload: unknown }) => fake.restore(payload)
}))
