/**
 * The way of one item: its request, its submission or the ticket that is recorded, the wait, the files. It ends with one
 * of the last events, whatever happens.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as ApiError from "../../../cloud/ApiError.ts"
import * as Endpoint from "../../../cloud/Endpoint.ts"
import * as Credits from "../../../job/Credits.ts"
import * as GenerateJob from "../../../job/GenerateJob.ts"
import * as Job from "../../../job/Job.ts"
import type * as JobKind from "../../../job/JobKind.ts"
import * as Journal from "../../../job/Journal.ts"
import * as QueryJob from "../../../job/QueryJob.ts"
import * as SubmitJob from "../../../job/SubmitJob.ts"
import type { Budget } from "./budget.ts"
import { type Claimed, requestOf } from "./claims.ts"
import type { Ending } from "./ending.ts"
import type { Files } from "./files.ts"
import { Event, type Line, type LineError, type Options } from "./model.ts"
import { invalid } from "./operation.ts"

export interface Batch<E, R> {
  readonly options: Options
  readonly budget: Budget
  readonly ending: Pick<Ending<never>, "failed" | "isOver" | "over" | "submitted">
  /** What the journal had of each operation when the batch began. */
  readonly recorded: ReadonlyMap<string, Journal.Entry>
  readonly files: Files<R> | undefined
  readonly emit: (event: Event<E>) => Effect.Effect<unknown>
}

// How many jobs are downloaded at a time, each with several files at once.
const downloads = 4

// How many requests are made at a time only to compare them with the journal.
const madeAtOnce = 4

/** An item that has its turn. */
interface Turn {
  readonly kind: JobKind.Any
  readonly operation: string
  line: Line
  ticket?: Job.JobTicket
}

const withEstimate = ({ kind, line }: Turn, request: unknown): Line => ({
  ...line,
  estimate: Option.getOrUndefined(Credits.estimate(kind, request))
})

/** What the journal says of a job that failed, of which the service may know nothing any more. */
const recordedFailure = (ticket: Job.JobTicket, { code = "", credits }: NonNullable<Journal.Entry["ended"]>) =>
  new QueryJob.JobFailed({
    ticket,
    job: new Job.Failed({
      id: ticket.jobId,
      errorCode: code,
      errorMessage: "it ended so before, by the journal",
      ...(credits === undefined ? {} : { credits: { consumed: credits } })
    })
  })

/** Makes the wait for a job, which tells how it goes and answers with it when it is done. */
const makeFollow = Effect.fnUntraced(function* <E, R>({ emit, options }: Batch<E, R>) {
  const { watch } = yield* QueryJob.QueryJob
  return Effect.fnUntraced(function* (turn: Turn, ticket: Job.JobTicket, recorded: boolean) {
    const { kind, line } = turn
    turn.ticket = ticket
    yield* emit(Event.Submitted({ line, ticket, recorded }))
    const last = yield* watch(ticket, { ...options, kind }).pipe(
      Stream.changesWith((one, other) => one._tag === other._tag),
      Stream.tap((job) => (job._tag === "Running" ? emit(Event.Running({ line, ticket, job })) : Effect.void)),
      Stream.runLast,
      Effect.mapError((error) =>
        error instanceof ApiError.ApiError ? new GenerateJob.WaitFailed({ ticket, error }) : error
      )
    )
    if (Option.isNone(last) || !Job.isEnded(last.value)) {
      return yield* Effect.die(new Error("a watch ended before its job did"))
    }
    if (last.value._tag === "Failed") return yield* new QueryJob.JobFailed({ job: last.value, ticket })
    return { job: last.value, ticket }
  })
})

type Follow = Effect.Success<ReturnType<typeof makeFollow<unknown, unknown>>>

/** A semaphore for each kind: so many of its requests are made before they can be sent, and no more are in memory. */
const makeGates = () => {
  const gates = new Map<string, Semaphore.Semaphore>()
  return ({ name, tasksAtOnce }: JobKind.Any) => {
    const gate = gates.get(name) ?? Semaphore.makeUnsafe(tasksAtOnce)
    gates.set(name, gate)
    return gate
  }
}

/** Runs an effect with a permit, which goes back at its end or, if that is earlier, when `free` is run. */
const withPermitUntil = <A, E, R>(
  semaphore: Semaphore.Semaphore,
  use: (free: Effect.Effect<void>) => Effect.Effect<A, E, R>
) =>
  Effect.uninterruptibleMask((restore) => {
    let isFree = false
    const free = Effect.suspend(() => {
      if (isFree) return Effect.void
      isFree = true
      return Effect.asVoid(semaphore.release(1))
    })
    return Effect.andThen(restore(semaphore.take(1)), Effect.ensuring(restore(use(free)), free))
  })

/** Makes the submission of an item, which follows its job while it holds its task slot. */
const makeSubmit = Effect.fnUntraced(function* <E, R>(batch: Batch<E, R>, follow: Follow) {
  const { budget, emit, ending, options } = batch
  const { submitWith } = yield* SubmitJob.SubmitJob
  const gateOf = makeGates()

  /** Submits if the limit allows it. A job that there is then is waited for to its end. */
  const send = Effect.fnUntraced(function* (turn: Turn, request: unknown, free: Effect.Effect<void>) {
    const { kind, line, operation } = turn
    const estimate = Option.fromUndefinedOr(line.estimate)
    if (!budget.take(estimate)) return yield* Effect.as(emit(Event.OverLimit({ line })), undefined)
    return yield* submitWith(
      kind,
      request,
      (ticket) => {
        ending.submitted()
        // A job that failed has its event, and needs no warning.
        return Effect.andThen(free, Effect.result(follow(turn, ticket, false)))
      },
      { operation, again: options.again }
    ).pipe(
      Effect.flatMap(Effect.fromResult),
      Effect.tap(({ job: { credits } }) => Effect.sync(() => credits && budget.settle(estimate, credits.consumed))),
      Effect.tapError((error) =>
        Effect.sync(() => {
          const isFree = turn.ticket === undefined && !(error._tag === "ApiError" && error.mayHaveRun)
          if (isFree) budget.settle(estimate, 0)
          if (error._tag === "JobFailed") budget.settle(estimate, error.job.credits?.consumed ?? 0)
        })
      )
    )
  })

  return <R2>(turn: Turn, make: Effect.Effect<unknown, E, R2>) => {
    const submitted = withPermitUntil(
      gateOf(turn.kind),
      Effect.fnUntraced(function* (free) {
        const request = yield* make
        turn.line = withEstimate(turn, request)
        return yield* send(turn, request, free)
      })
    )
    const stopped = Effect.flatMap(ending.over, () =>
      turn.ticket === undefined ? Effect.succeed(undefined) : Effect.never
    )
    return Effect.andThen(emit(Event.Waiting({ line: turn.line })), Effect.raceFirst(submitted, stopped))
  }
})

/** Makes what goes on with a ticket of the journal. It waits for no task slot, since its job has one or has ended. */
const makeGoOn = Effect.fnUntraced(function* <E, R>({ emit, files }: Batch<E, R>, follow: Follow) {
  const journal = yield* Journal.Journal
  const { host, region } = yield* Endpoint.Endpoint
  const making = yield* Semaphore.make(madeAtOnce)

  /** The ticket, if the operation has this request still. */
  const ticketOf = Effect.fnUntraced(function* <R2>(turn: Turn, make: Effect.Effect<unknown, E, R2>) {
    const { kind, operation } = turn
    const request = yield* make
    turn.line = withEstimate(turn, request)
    return yield* journal.submit(
      { operation, kind, request, region, endpoint: host ?? kind.submit.product.host },
      invalid(kind, `Operation ${operation} was forgotten in the meantime. Run the batch again.`)
    )
  })

  return Effect.fnUntraced(function* <R2>(
    turn: Turn,
    make: Effect.Effect<unknown, E, R2>,
    { ended, files: kept }: Journal.Entry
  ) {
    const ticket = yield* making.withPermit(ticketOf(turn, make))
    turn.ticket = ticket
    if (kept !== undefined && files !== undefined && (yield* files.areThere(kept.paths))) {
      yield* emit(Event.Kept({ line: turn.line, ticket, paths: kept.paths, consumed: ended?.credits }))
      return undefined
    }
    if (ended?.status === "FAIL") return yield* recordedFailure(ticket, ended)
    return yield* follow(turn, ticket, true)
  })
})

/** Makes the end of a job that is done: its files, where they are wanted. */
const makeFinish = Effect.fnUntraced(function* <E, R>({ emit, files }: Batch<E, R>) {
  const journal = yield* Journal.Journal
  const downloading = yield* Semaphore.make(downloads)
  return Effect.fnUntraced(function* (line: Line, ticket: Job.JobTicket, job: Job.Done) {
    yield* emit(Event.Done({ line, ticket, job }))
    if (files === undefined) return
    const downloaded = yield* downloading.withPermit(files.download(job))
    const paths = downloaded.map(({ path }) => path)
    yield* Effect.catch(journal.downloaded(ticket.jobId, paths), (error) =>
      Effect.logWarning(`The download of job ${ticket.jobId} is not recorded. ${error.message}`, error)
    )
    yield* emit(Event.Downloaded({ line, ticket, job, files: downloaded }))
  })
})

/** Makes what gives items their turns. */
export const makeTurns = Effect.fnUntraced(function* <E, R>(batch: Batch<E, R>) {
  const { emit, ending, options, recorded } = batch
  const follow = yield* makeFollow(batch)
  const submit = yield* makeSubmit(batch, follow)
  const goOn = yield* makeGoOn(batch, follow)
  const finish = yield* makeFinish(batch)

  const failed = ({ line, ticket }: Pick<Turn, "line" | "ticket">, error: LineError<E>) =>
    Effect.andThen(emit(Event.Failed({ line, ticket, error })), ending.failed(error, ticket === undefined))

  const turn = <R2>({ duplicateOf, item }: Claimed<E, R2>, turn: Turn) =>
    Effect.gen(function* () {
      if (duplicateOf !== undefined) {
        yield* emit(Event.Duplicate({ line: turn.line, of: duplicateOf }))
        return
      }
      if (ending.isOver()) return
      const make = requestOf(item)
      const entry = recorded.get(turn.operation)
      if (entry?.outcome._tag === "Unknown" && options.again !== true) {
        return yield* new Journal.SubmissionUnknown({ entry })
      }
      const done = yield* entry?.ticket === undefined ? submit(turn, make) : goOn(turn, make, entry)
      if (done !== undefined) yield* finish(turn.line, done.ticket, done.job)
    })

  const take = <R2>(claimed: Claimed<E, R2>) =>
    Effect.suspend(() => {
      const { item, line } = claimed
      const state: Turn = { kind: item.kind, operation: line.operation ?? "", line }
      return Effect.catch(turn(claimed, state), (error) => failed(state, error))
    })
  return { failed, take }
})
