/** Puts the fake together: jobs, API, storage, faults and log behind one handle. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Credentials from "../../../cloud/Credentials.ts"
import type * as JobKind from "../../../job/JobKind.ts"
import * as Kinds from "../../../job/Kinds.ts"
import { envelope, makeApi } from "./api.ts"
import { readCall, type Answer, type Call } from "./call.ts"
import { makeChance } from "./chance.ts"
import { logged } from "./explanation.ts"
import { clockOf, jobState } from "./facts.ts"
import { badGateway, makeFaults, refusalOf, suffer, withStatus, type Fault } from "./faults.ts"
import { Fake } from "./handle.ts"
import { makeIssued } from "./issued.ts"
import { makeJobs, type Jobs } from "./jobs.ts"
import { makeLog } from "./log.ts"
import { isMetadata, refuseMetadata, serveMetadata } from "./metadata.ts"
import type { JobOptions, Options, Outcome } from "./options.ts"
import { uuid } from "./random.ts"
import { initialSettings } from "./settings.ts"
import * as State from "./state.ts"
import { isDownload, refuseDownload, serveDownload } from "./storage.ts"

/**
 * The key pair that the fake accepts unless `Options` names another.
 *
 * @category constants
 * @since 0.1.0
 */
export const credential: Credentials.Credential = {
  secretId: "AKIDFAKE",
  secretKey: Redacted.make("fake-secret-key")
}

/** What the fake is made of. */
const makeParts = (options: Options, kinds: Effect.Effect<ReadonlyArray<JobKind.Any>>) => {
  const chance = makeChance(options.seed)
  const settings = initialSettings(options)
  const jobs = makeJobs(options, settings, chance)
  const issued = makeIssued(chance)
  const api = makeApi(jobs, kinds, options.credential ?? credential, issued, options)
  const faults = makeFaults(options.faults)
  return { api, chance, faults, issued, jobs, kinds, log: makeLog(), options, settings }
}

type Parts = ReturnType<typeof makeParts>

const jobOfFile = ({ path }: Call, jobs: Jobs, now: number) => {
  const file = /\/([0-9a-f-]{36})_[^/]*$/.exec(path)?.[1]
  return file === undefined ? undefined : jobs.findByFile(file, jobs.at(now))?.id
}

/** The answer before a fault keeps the client from it. */
const respond = Effect.fnUntraced(function* (
  call: Call,
  fault: Fault | undefined,
  origin: string,
  { api, chance, issued, jobs, options }: Parts
): Effect.fn.Return<Answer> {
  const random = yield* Random.Random
  const now = yield* Clock.currentTimeMillis
  const requestId = uuid(random)
  if (fault === "badGateway") return { response: badGateway }
  const refusal = refusalOf(fault)
  if (isMetadata(call)) {
    return refusal === undefined ? serveMetadata(call, options.role, issued, now, random) : refuseMetadata(refusal)
  }
  if (isDownload(call)) {
    const answer =
      refusal === undefined
        ? serveDownload(call, jobs, jobs.at(now), requestId, chance.seed() ?? 0)
        : refuseDownload(503, refusal, requestId)
    return {
      ...answer,
      requestId: answer.code === undefined ? undefined : requestId,
      jobId: jobOfFile(call, jobs, now)
    }
  }
  const fields = refusal === undefined ? api.answer(call, origin) : Effect.fail(refusal)
  const result = yield* Effect.result(Effect.map(fields, (fields) => withStatus(fault, fields)))
  return { ...envelope(result, requestId), requestId }
})

/** An answer as it is sent: with the service's time, and to a HEAD without a body. */
const toSend = (call: Call, { response }: Answer, now: DateTime.Utc) => {
  const headers = Headers.set(response.headers, "date", Headers.formatHttpDate(now))
  return call.method === "HEAD"
    ? HttpServerResponse.empty({ status: response.status, headers })
    : HttpServerResponse.setHeaders(response, headers)
}

/** Takes a request, writes it to the log, and answers it as far as its fault lets it. */
const answering = (parts: Parts) => {
  const { chance, faults, log, options } = parts
  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest, origin: string) {
    const arrived = yield* Clock.currentTimeNanos
    const receivedAt = DateTime.makeUnsafe(yield* Clock.currentTimeMillis)
    const call = yield* readCall(request)
    const fault = faults.next(chance.of("faults", yield* Random.Random))
    const linkOrigin = options.resultHost === undefined ? origin : `https://${options.resultHost}`
    const answer = yield* respond(call, fault, linkOrigin, parts)
    const took = Duration.nanos((yield* Clock.currentTimeNanos) - arrived)
    const received = log.add(call, answer, { fault, receivedAt, took })
    yield* logged(answer)
    if (options.onRequest !== undefined) yield* options.onRequest(received)
    return yield* suffer(fault, toSend(call, answer, DateTime.makeUnsafe(yield* Clock.currentTimeMillis)))
  })
}

/** What a test tells the fake of its jobs. */
const jobOrders = ({ jobs }: Parts) => {
  const end = Effect.fnUntraced(function* (id: string, outcome: Outcome) {
    const now = jobs.at(yield* Clock.currentTimeMillis)
    const found = jobs.find(id, now)
    if (found === undefined) return yield* Effect.die(new Error(`Fake: there is no job ${id} that could be ended`))
    jobs.end(found, outcome, now)
  })
  return {
    job: Effect.fnUntraced(function* (job: JobOptions = {}) {
      return jobs.add(job, jobs.at(yield* Clock.currentTimeMillis), yield* Random.Random).id
    }),
    complete: (id: string) => end(id, "DONE"),
    fail: end
  }
}

/** What a test tells the fake of time. */
const timeOrders = ({ jobs, settings }: Parts) => ({
  advance: (by: Duration.Input) => {
    const millis = Duration.toMillis(by)
    if (!Number.isFinite(millis) || millis < 0) {
      return Effect.die(new Error("Fake: advance needs a finite time of at least 0"))
    }
    return Effect.map(Clock.currentTimeMillis, (now) => {
      // What happens until then happens at its own time, and nothing is left out.
      settings.advancedBy += millis
      jobs.count(jobs.at(now))
    })
  },
  setTimeScale: (timeScale: number) =>
    Number.isFinite(timeScale) && timeScale > 0
      ? Effect.map(Clock.currentTimeMillis, (now) => {
          jobs.accelerate(timeScale / settings.timeScale, jobs.at(now))
          settings.timeScale = timeScale
        })
      : Effect.die(new Error("Fake: setTimeScale needs a number above 0"))
})

export const make = Effect.fnUntraced(function* (options: Options = {}) {
  // What stands beneath the fake, and what the caller provides: `QueryJob` provides the kinds that it knows itself.
  const built = yield* Kinds.Kinds
  const kinds = Effect.map(Kinds.Kinds, (provided) => [...provided, ...built])
  const parts = makeParts(options, kinds)
  const { api, chance, faults, issued, jobs, log, settings } = parts
  const { job, ...orders } = jobOrders(parts)
  /** A fact of the jobs at the time of their clock. */
  const now = <A>(fact: (now: number) => A) => Effect.map(Clock.currentTimeMillis, (time) => fact(jobs.at(time)))
  const preload = Effect.forEach(options.jobs ?? [], job, { discard: true })
  const restart = (seed: number | undefined) =>
    Effect.andThen(
      Effect.sync(() => {
        for (const part of [jobs, api, issued, faults, log]) part.clear()
        Object.assign(settings, initialSettings(options))
        chance.start(seed)
      }),
      preload
    )

  yield* preload
  return Fake.of({
    ...orders,
    ...timeOrders(parts),
    job,
    jobs: now((now) => jobs.known(now).map((job) => jobState(job, now))),
    clock: now((now) => clockOf(settings, now)),
    counts: now((now) => ({ jobs: jobs.count(now), requests: log.count() })),
    seed: Effect.sync(chance.seed),
    failing: (failing) => Effect.sync(() => void (settings.failing = failing)),
    fault: (...added) => Effect.sync(() => faults.add(added)),
    revoke: Effect.map(Clock.currentTimeMillis, issued.revoke),
    requests: Effect.sync(log.list),
    save: now((now) => State.save(parts, now)),
    restore: (state) =>
      Effect.flatMap(Effect.all([kinds, Clock.currentTimeMillis]), ([kinds, now]) =>
        State.restore(parts, state, kinds, now)
      ),
    reset: Effect.suspend(() => restart(options.seed)),
    resetWithSeed: restart,
    answer: answering(parts)
  })
})
