/**
 * The world of one seed: the service, a disk, the network between, and all that happened.
 *
 * What happens is told as lines, so that a seed can be read and compared. What must never happen is noted as `broken` with
 * the name of its law (`laws.ts`).
 */
import { inspect } from "node:util"
import { Clock, Context, Effect, Fiber, Layer, Metric, Redacted } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as CredentialsError from "../../src/cloud/CredentialsError.ts"
import * as Fake from "../../src/testing/Fake.ts"
import * as disks from "./disk.ts"
import type { Law } from "./laws.ts"
import { type Life, make as makeLife, step } from "./life.ts"
import { drawing, type Plan } from "./plan.ts"
import type { VirtualTime } from "./virtualTime.ts"

/** A job at the service, and the operation whose submission made it. */
interface BoughtJob {
  readonly id: string
  /** Empty for random operation ids. */
  readonly operation: string
  /** When it was made. */
  readonly at: number
}

export const secrets = {
  key: "secret-key-of-the-simulator",
  token: "session-token-of-the-simulator",
  prompt: "a prompt that nobody tells"
}

const credential: Credentials.Credential = {
  secretId: "AKIDSIMULATED",
  secretKey: Redacted.make(secrets.key),
  token: Redacted.make(secrets.token)
}

const stale: Credentials.Credential = { ...credential, token: Redacted.make(`${secrets.token}-that-expired`) }

export const make = Effect.fnUntraced(function* (time: VirtualTime, plan: Plan) {
  const service = makeLife("the service")
  const started = time.now()
  const draw = yield* drawing
  const clock = time.clockOf(service)
  const atService = <A, E, R>(self: Effect.Effect<A, E, R>) =>
    self.pipe(Effect.provideService(Clock.Clock, clock), Effect.provideService(Metric.FiberRuntimeMetrics, undefined))
  const context = yield* atService(Layer.build(Fake.layer({ ...plan.fake, credential })))
  const fake = Context.get(context, Fake.Fake)
  const client = Context.get(context, HttpClient.HttpClient)

  const events: Array<string> = []
  const broken: Array<{ readonly law: Law; readonly what: string }> = []
  const arrivals = new Map<string, Array<number>>()
  const jobs: Array<BoughtJob> = []
  const known = new Set<string>()
  /** How often each operation may be bought. */
  const allowed = new Map<string, number>()

  const tell = (line: string) => void events.push(`${((time.now() - started) / 1000).toFixed(3)} ${line}`)
  const breaks = (law: Law, what: string) => {
    broken.push({ law, what })
    tell(`BROKEN ${law}: ${what}`)
  }

  /** Looks for what must not be told in a text that somebody could read. */
  const check = (where: string, text: string) => {
    if (text.includes(secrets.key) || text.includes(secrets.token) || /q-signature=[0-9a-f]{40}/.test(text)) {
      breaks("no secret is told", `${where}: ${text.slice(0, 2000)}`)
    }
  }

  /** The operation in whose name a request submits. */
  const operationOf = ({ body }: HttpClientRequest.HttpClientRequest) => {
    const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
    return /\(([^)]*)\)/.exec(text)?.[1] ?? ""
  }

  /** Notes the jobs that a request made. */
  const noteJobs = Effect.fnUntraced(function* (request: HttpClientRequest.HttpClientRequest) {
    for (const { id } of yield* fake.jobs) {
      if (known.has(id)) continue
      known.add(id)
      jobs.push({ id, operation: operationOf(request), at: time.now() })
      tell(`job ${id} of ${operationOf(request) || "a random operation"}`)
      if (draw.chance(plan.failRate)) yield* fake.fail(id, { code: "FailedOperation.Inner", message: "no mesh" })
    }
  })

  /** A request arrives at the service, and is answered. */
  const arrive = Effect.fnUntraced(function* (life: Life, request: HttpClientRequest.HttpClientRequest) {
    const action = request.headers["x-tc-action"] ?? "download"
    arrivals.set(action, [...(arrivals.get(action) ?? []), time.now()])
    const fault = !life.isHealthy && draw.chance(plan.faultRate) ? draw.any(plan.faults) : undefined
    tell(`${life.name} ${action}${fault === undefined ? "" : ` ${inspect(fault)}`}`)
    if (fault !== undefined) yield* fake.fault(fault)
    // All but the wait for a slow answer happens at once.
    const answering = yield* Effect.forkDetach(client.execute(request), { startImmediately: true })
    yield* noteJobs(request)
    return yield* Effect.onInterrupt(Fiber.join(answering), () => Fiber.interrupt(answering))
  }, atService)

  /** The network as a life has it. */
  const networkOf = (life: Life) =>
    HttpClient.make((request) =>
      Effect.gen(function* () {
        yield* step(life)
        yield* atService(Effect.sleep(draw.int(1, plan.travel)))
        // What a process had sent when it died arrives, or does not.
        if (life.isDead && draw.chance(0.5)) return yield* Effect.never
        const response = yield* arrive(life, request)
        yield* atService(Effect.sleep(draw.int(1, plan.travel)))
        yield* step(life)
        return response
      })
    )

  const credentialsOf = (life: Life) => ({
    get: Effect.suspend(() => {
      const since = time.now() - started
      if (life.isHealthy || since < plan.stale.from || since >= plan.stale.to) return Effect.succeed(credential)
      return draw.chance(0.5)
        ? Effect.succeed(stale)
        : Effect.fail(
            new CredentialsError.CredentialsError({
              reason: new CredentialsError.SourceFailed({
                description: "The source is down.",
                isRetryable: draw.chance(0.8)
              })
            })
          )
    })
  })

  return {
    time,
    plan,
    draw,
    events,
    broken,
    arrivals,
    jobs,
    tell,
    breaks,
    check,
    disk: disks.make(),
    networkOf,
    credentialsOf,
    allowed,
    /** Somebody submits an operation: it may be bought once, and once more for each time that it is told `again`. */
    allow: (operation: string, again: boolean) => {
      const most = allowed.get(operation) ?? 0
      if (most === 0 || again || operation === "") allowed.set(operation, most + 1)
    },
    /** The calls that have not ended. */
    calls: new Set<{ readonly life: Life; readonly name: string }>()
  }
})

export type World = Effect.Success<ReturnType<typeof make>>
