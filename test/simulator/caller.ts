/**
 * What a simulated process does: it resumes what the journal names, and serves orders, all at the same time. It behaves as
 * a careful application does.
 *
 * Each call is watched: it ends in its time, an interruption ends soon, and a failure is typed.
 */
import { inspect } from "node:util"
import { Cause, Effect, Exit, Fiber, Option, Stream } from "effect"
import type * as ApiError from "../../src/cloud/ApiError.ts"
import type * as Operation from "../../src/cloud/Operation.ts"
import type * as DownloadError from "../../src/files/DownloadError.ts"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import type { Life } from "./life.ts"
import type { Order } from "./plan.ts"
import { places } from "./program.ts"
import { secrets, type World } from "./world.ts"

type Failure =
  | ApiError.ApiError
  | DownloadError.DownloadError
  | GenerateJob.WaitFailed
  | Journal.NotSubmitted
  | QueryJob.JobFailed
  | QueryJob.WaitTimeout

const second = 1000
const minute = 60 * second

/** How long calls may take, in milliseconds of virtual time. */
const boundsOf = ({ plan }: World) => {
  const wait = plan.deadline + second
  // It waits for the callers before it, for a task slot, and for its answer.
  const submit = (plan.orders.length + 1) * (16 * minute + plan.deadline)
  return {
    wait,
    audit: 5 * 60 * minute,
    submit,
    generate: submit + wait,
    // Four attempts of ten seconds, each behind a queue for permits, and half a minute for an id that is not known yet.
    query: 4 * minute,
    // Nine attempts, each with a minute of silence and a pause.
    download: 2 * 9 * (minute + 15 * second),
    journal: second,
    // A submission under way waits for its answer.
    interruption: 12 * second
  }
}

type Bound = keyof ReturnType<typeof boundsOf>

/** Watches one call. */
const watched = <A, E extends Failure, R>(
  world: World,
  life: Life,
  name: Bound,
  self: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const started = world.time.now()
    const bound = boundsOf(world)[name]
    const call = { life, name }
    world.calls.add(call)
    return Effect.onExit(self, (exit) =>
      Effect.sync(() => {
        if (life.isDead) return
        world.calls.delete(call)
        const took = world.time.now() - started
        const said = Exit.isSuccess(exit) ? "ok" : inspect(exit.cause, { depth: 10 })
        world.check(`the exit of ${name}`, said)
        world.tell(`${life.name} ${name}: ${Exit.isSuccess(exit) ? "ok" : brief(exit.cause)}`)
        if (took > bound) world.breaks("no wait hangs", `${name} took ${took} ms, and ${bound} are its bound`)
        if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) {
          world.breaks("every failure is typed", `${name}: ${Cause.pretty(exit.cause)}`)
        }
      })
    )
  })

const brief = (cause: Cause.Cause<Failure>) => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return error === undefined ? (Cause.hasInterrupts(cause) ? "interrupted" : "a defect") : describe(error)
}

const describe = (error: Failure): string =>
  error._tag === "ApiError"
    ? `ApiError ${error.code}`
    : "reason" in error
      ? `${error._tag} ${error.reason._tag}`
      : error._tag

/** Interrupts a call after a while, and sees to it that the interruption ends soon. */
const interrupted = <A, E, R>(world: World, life: Life, after: number | undefined, self: Effect.Effect<A, E, R>) =>
  after === undefined
    ? self
    : Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(self)
        yield* Effect.raceFirst(Effect.exit(Fiber.join(fiber)), Effect.sleep(after))
        const started = world.time.now()
        yield* Fiber.interrupt(fiber)
        const took = world.time.now() - started
        if (!life.isDead && took > boundsOf(world).interruption) {
          world.breaks("no wait hangs", `an interruption took ${took} ms`)
        }
        return yield* Fiber.join(fiber)
      })

/** The same for all orders with the same operation id. */
export const requestOf = (operation: string) => ({ Prompt: `${secrets.prompt} (${operation})` })

/** Submits an order in its way, and waits for its end. */
const submitted = (world: World, life: Life, order: Order, again: boolean) => {
  const request = requestOf(order.operation ?? "")
  return order.kind === "Pro"
    ? submittedAs(JobKind.Pro, request, world, life, order, again)
    : submittedAs(JobKind.Rapid, request, world, life, order, again)
}

const submittedAs = Effect.fnUntraced(function* <Request extends Operation.Codec>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"],
  world: World,
  life: Life,
  { operation, way }: Order,
  again: boolean
) {
  const { deadline, schedule } = world.plan
  world.allow(operation ?? "", again)
  const options = { operation, again: operation !== undefined && again, deadline, schedule }
  const { generate, stream } = yield* GenerateJob.GenerateJob
  switch (way) {
    case "generate":
      return yield* watched(world, life, "generate", generate(kind, request, options))
    case "stream": {
      const last = yield* watched(world, life, "generate", Stream.runLast(stream(kind, request, options)))
      const progress = Option.getOrUndefined(last)
      return progress?._tag === "Changed" && progress.job._tag === "Done" ? progress.job : undefined
    }
    case "submit": {
      const { submit } = yield* SubmitJob.SubmitJob
      const ticket = yield* watched(world, life, "submit", submit(kind, request, options))
      return yield* waited(world, life, ticket)
    }
  }
})

const waited = Effect.fnUntraced(function* (world: World, life: Life, ticket: Job.JobTicket) {
  const { wait } = yield* QueryJob.QueryJob
  const { deadline, schedule } = world.plan
  // Who audits waits for a job that takes its time.
  const options = life.isHealthy ? { schedule, deadline: "2 days" as const } : { schedule, deadline }
  return yield* watched(world, life, life.isHealthy ? "audit" : "wait", wait(ticket, options))
})

const downloaded = Effect.fnUntraced(function* (world: World, life: Life, job: Job.Done) {
  const files = yield* watched(world, life, "download", ResultFiles.download(job, places.files, { previews: true }))
  const journal = yield* Journal.Journal
  const paths = files.map(({ path }) => path)
  yield* watched(world, life, "journal", journal.downloaded(job.id, paths))
})

/** Serves an order. Where its submission is unknown, it is told to submit again, or leaves it. */
const serve = Effect.fnUntraced(function* (world: World, life: Life, order: Order) {
  const done = yield* submitted(world, life, order, false).pipe(
    Effect.catchTag("SubmissionUnknown", (error) => {
      if (!order.again) return Effect.fail(error)
      // Another process may be about to send it.
      return Effect.andThen(Effect.sleep("150 seconds"), submitted(world, life, order, true))
    }),
    Effect.catchTag("WaitTimeout", ({ ticket }) => waited(world, life, ticket))
  )
  if (done !== undefined) yield* downloaded(world, life, done)
})

/** Waits for a job that the journal names, and downloads it. */
export const resumed = Effect.fnUntraced(function* (world: World, life: Life, ticket: Job.JobTicket) {
  yield* downloaded(world, life, yield* waited(world, life, ticket))
})

/** The tickets of what is unfinished. */
const unfinished = Effect.map(
  Journal.Journal.use((journal) => journal.list),
  ({ entries }) =>
    entries.flatMap(({ ended, files, ticket }) =>
      ticket === undefined || files !== undefined || ended?.status === "FAIL" ? [] : [ticket]
    )
)

const unknownJob = Job.JobId.make("1375367755519696896")

/** What a process does from its start to its end. */
export const work = Effect.fnUntraced(function* (world: World, life: Life, orders: ReadonlyArray<Order>) {
  const tickets = yield* watched(world, life, "journal", unfinished).pipe(
    Effect.orElseSucceed((): ReadonlyArray<Job.JobTicket> => [])
  )
  const { query } = yield* QueryJob.QueryJob
  const target = tickets[0] ?? unknownJob
  const all = [
    ...tickets.map((ticket) => resumed(world, life, ticket)),
    ...orders.map((order) => interrupted(world, life, order.interruptedAfter, serve(world, life, order))),
    ...Array.from({ length: world.plan.crowd }, () => watched(world, life, "query", query(target)))
  ]
  yield* Effect.forEach(all, Effect.exit, { concurrency: "unbounded", discard: true })
})
