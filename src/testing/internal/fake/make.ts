/** Puts the fake together: jobs, API, storage, faults and log behind one handle. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Credentials from "../../../cloud/Credentials.ts"
import * as Kinds from "../../../job/Kinds.ts"
import { envelope, makeApi, type Api } from "./api.ts"
import { readCall, type Answer, type Call } from "./call.ts"
import { logged } from "./explanation.ts"
import { badGateway, makeFaults, refusalOf, suffer, withStatus, type Fault } from "./faults.ts"
import { Fake } from "./handle.ts"
import { makeIssued, type Issued } from "./issued.ts"
import { status } from "./job.ts"
import { makeJobs, type Jobs } from "./jobs.ts"
import { makeLog } from "./log.ts"
import { isMetadata, refuseMetadata, serveMetadata } from "./metadata.ts"
import type { JobOptions, Options, Outcome } from "./options.ts"
import { uuid } from "./random.ts"
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

interface Parts {
  readonly api: Api
  readonly jobs: Jobs
  readonly issued: Issued
  readonly role: string | undefined
}

/** The answer before a fault keeps the client from it. */
const respond = Effect.fnUntraced(function* (
  call: Call,
  fault: Fault | undefined,
  origin: string,
  { api, issued, jobs, role }: Parts
): Effect.fn.Return<Answer> {
  const random = yield* Random.Random
  const now = yield* Clock.currentTimeMillis
  const requestId = uuid(random)
  if (fault === "badGateway") return { response: badGateway }
  const refusal = refusalOf(fault)
  if (isDownload(call)) {
    return refusal === undefined ? serveDownload(call, jobs, now, requestId) : refuseDownload(503, refusal, requestId)
  }
  if (isMetadata(call)) {
    return refusal === undefined ? serveMetadata(call, role, issued, now, random) : refuseMetadata(refusal)
  }
  const fields = refusal === undefined ? api.answer(call, origin) : Effect.fail(refusal)
  const result = yield* Effect.result(Effect.map(fields, (fields) => withStatus(fault, fields)))
  return envelope(result, requestId)
})

/** An answer as it is sent: with the service's time, and to a HEAD without a body. */
const toSend = (call: Call, { response }: Answer, now: DateTime.Utc) => {
  const headers = Headers.set(response.headers, "date", Headers.formatHttpDate(now))
  return call.method === "HEAD"
    ? HttpServerResponse.empty({ status: response.status, headers })
    : HttpServerResponse.setHeaders(response, headers)
}

export const make = Effect.fnUntraced(function* (options: Options = {}) {
  const jobs = makeJobs(options)
  // What stands beneath the fake, and what the caller provides: `QueryJob` provides the kinds that it knows itself.
  const built = yield* Kinds.Kinds
  const kinds = Effect.map(Kinds.Kinds, (provided) => [...provided, ...built])
  const issued = makeIssued()
  const api = makeApi(jobs, kinds, options.credential ?? credential, issued, options)
  const faults = makeFaults(options.faults)
  const log = makeLog()

  const job = Effect.fnUntraced(function* (job: JobOptions = {}) {
    return jobs.add(job, yield* Clock.currentTimeMillis, yield* Random.Random).id
  })

  const end = Effect.fnUntraced(function* (id: string, outcome: Outcome) {
    const now = yield* Clock.currentTimeMillis
    const found = jobs.find(id, now)
    if (found === undefined) return yield* Effect.die(new Error(`Fake: there is no job ${id} that could be ended`))
    jobs.end(found, outcome, now)
  })

  const preload = Effect.forEach(options.jobs ?? [], job, { discard: true })

  const answer = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest, origin: string) {
    const call = yield* readCall(request)
    const fault = faults.next(yield* Random.Random)
    const linkOrigin = options.resultHost === undefined ? origin : `https://${options.resultHost}`
    const answer = yield* respond(call, fault, linkOrigin, { api, jobs, issued, role: options.role })
    const now = DateTime.makeUnsafe(yield* Clock.currentTimeMillis)
    log.add(call, answer, fault, now)
    yield* logged(answer)
    return yield* suffer(fault, toSend(call, answer, now))
  })

  yield* preload
  return Fake.of({
    job,
    complete: (id) => end(id, "DONE"),
    fail: end,
    jobs: Effect.map(Clock.currentTimeMillis, (now) =>
      jobs.known(now).map((job) => ({
        id: job.id,
        kind: job.kind.name,
        region: job.region,
        status: status(job, now)
      }))
    ),
    fault: (...added) => Effect.sync(() => faults.add(added)),
    revoke: Effect.map(Clock.currentTimeMillis, issued.revoke),
    requests: Effect.sync(log.list),
    reset: Effect.andThen(
      Effect.sync(() => {
        for (const part of [jobs, api, issued, faults, log]) part.clear()
      }),
      preload
    ),
    answer
  })
})
