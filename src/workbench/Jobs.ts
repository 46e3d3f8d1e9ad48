/**
 * The jobs of the journal as a live timeline: submits, waits in the background, downloads, and tells the pages of each
 * change.
 *
 * Each job that is submitted here or resumed is watched by a fiber of the server: it sees the job wait, run and end,
 * downloads its files into a directory of its own, and marks it in the journal. The journal says what there is. What it
 * does not have, such as the moment when a job began to run, is kept in memory.
 *
 * **Gotchas**
 *
 * - A submission goes on when its page is closed. The server interrupts it when it ends, as `SubmitJob` says.
 * - An operation of the page buys one job at most: the journal knows it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ResultFiles from "../files/ResultFiles.ts"
import type * as Job from "../job/Job.ts"
import * as Journal from "../job/Journal.ts"
import * as QueryJob from "../job/QueryJob.ts"
import * as SubmitJob from "../job/SubmitJob.ts"
import { type Checked, type JobLine, NotFound, Refused } from "./Api.ts"
import { Events } from "./Events.ts"
import { Files } from "./Files.ts"
import { lineOf, type Seen } from "./internal/jobLine.ts"
import * as read from "./internal/readRequest.ts"
import { Setup } from "./Setup.ts"

interface Submission {
  readonly kind: string
  readonly request: read.Fields
  readonly operation: string
  readonly confirmedCredits?: number
}

export class Jobs extends Context.Service<
  Jobs,
  {
    readonly list: Effect.Effect<ReadonlyArray<JobLine>, Refused>
    readonly check: (request: Pick<Submission, "kind" | "request">) => Effect.Effect<Checked, NotFound>
    readonly submit: (submission: Submission) => Effect.Effect<JobLine, Refused | NotFound>
    /** Waits for a job of the journal again, and downloads its files. */
    readonly resume: (operation: string) => Effect.Effect<JobLine, Refused | NotFound>
    readonly forget: (operation: string) => Effect.Effect<void, Refused | NotFound>
    /** How many are watched now. */
    readonly watched: Effect.Effect<number>
  }
>()("effect-hunyuan3d/workbench/Jobs") {}

const noOperation = (operation: string) =>
  new NotFound({ message: `The journal has no submission ${JSON.stringify(operation.slice(0, 100))}.` })

/** Errors in the program's words. */
const useRefused = Effect.map(Setup, ({ word }) => (error: Error) => {
  const { code, mayHaveRun, message, requestId } = word(error)
  return new Refused({
    code,
    message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(mayHaveRun === undefined ? {} : { mayHaveRun })
  })
})

/** Refuses what is paid and was not agreed to. */
const confirm = Effect.fnUntraced(function* (credits: Checked["credits"], confirmed: number | undefined) {
  const { about } = yield* Setup
  if (!about.isPaid || (confirmed !== undefined && confirmed >= (credits?.high ?? 0))) return
  const cost = credits === undefined ? "what it costs is not in the price list" : `it costs ${credits.text}`
  return yield* new Refused({
    code: "Client.NotConfirmed",
    message: `Nothing was submitted: ${cost}. Look at the price, and confirm it.`
  })
})

/** The lines, and what was seen of each job. */
const makeLines = Effect.gen(function* () {
  const journal = yield* Journal.Journal
  const files = yield* Files
  const events = yield* Events
  const refused = yield* useRefused
  const seen = new Map<string, Seen>()

  const lineNow = Effect.fnUntraced(function* (entry: Journal.Entry) {
    const there = yield* files.among(entry.files?.paths ?? [])
    return lineOf(entry, seen.get(entry.operation) ?? {}, there, yield* DateTime.now)
  })
  const entryOf = Effect.fnUntraced(function* (operation: string) {
    const entry = yield* Effect.mapError(journal.find(operation), refused)
    return Option.isSome(entry) ? entry.value : yield* noOperation(operation)
  })
  const line = (operation: string) => Effect.flatMap(entryOf(operation), lineNow)

  return {
    entryOf,
    line,
    list: Effect.flatMap(Effect.mapError(journal.list, refused), ({ entries }) => Effect.forEach(entries, lineNow)),
    /** Notes what was seen, and tells the pages. */
    note: (operation: string, more: Seen) =>
      Effect.suspend(() => {
        seen.set(operation, { ...seen.get(operation), ...more })
        return Effect.flatMap(line(operation), (job) => events.publish({ _tag: "Job", job })).pipe(Effect.ignore)
      }),
    seen: (operation: string) => seen.get(operation) ?? {},
    forget: (operation: string) =>
      Effect.suspend(() => {
        seen.delete(operation)
        return events.publish({ _tag: "Forgotten", operation })
      })
  }
})
type Lines = Effect.Success<typeof makeLines>

/** Watches a job to its end, and downloads its files. */
const makeFollow = Effect.fnUntraced(function* (lines: Lines) {
  const queries = yield* QueryJob.QueryJob
  const journal = yield* Journal.Journal
  const events = yield* Events
  const files = yield* Files
  const path = yield* Path.Path
  const refused = yield* useRefused
  const { folder } = yield* Setup
  const services = yield* Effect.context<HttpClient.HttpClient | FileSystem.FileSystem | Path.Path>()

  const saw = Effect.fnUntraced(function* (operation: string, job: Job.Job) {
    const now = yield* Clock.currentTimeMillis
    const { runningAt = now } = lines.seen(operation)
    if (job._tag === "Running") return yield* lines.note(operation, { status: "running", runningAt })
    yield* lines.note(operation, job._tag === "Waiting" ? { status: "waiting" } : {})
  })

  const download = Effect.fnUntraced(function* (job: Job.Done) {
    const directory = path.join(folder, job.id)
    const downloaded = yield* ResultFiles.download(job, directory, { previews: true, unpack: true })
    // What was in archives, too.
    const inside = (yield* files.list).filter((file) => file.path.startsWith(`${job.id}/`))
    const paths = [
      ...downloaded.map((file) => path.resolve(file.path)),
      ...inside.map((file) => path.join(folder, file.path))
    ]
    yield* journal.downloaded(job.id, [...new Set(paths)])
    yield* events.publish({ _tag: "Files" })
  })

  return (operation: string, ticket: Job.JobTicket): Effect.Effect<void> =>
    Effect.gen(function* () {
      const last = yield* queries.watch(ticket).pipe(
        Stream.tap((job) => saw(operation, job)),
        Stream.runLast
      )
      const job = Option.getOrUndefined(last)
      if (job?._tag === "Done") yield* download(job)
      if (job?._tag === "Failed") return yield* new QueryJob.JobFailed({ job, ticket })
    }).pipe(
      Effect.provideContext(services),
      Effect.catch((error) => lines.note(operation, { problem: refused(error).message })),
      Effect.ensuring(lines.note(operation, { isWatched: false }))
    )
})

type Services =
  | Setup
  | Events
  | Files
  | Journal.Journal
  | QueryJob.QueryJob
  | SubmitJob.SubmitJob
  | HttpClient.HttpClient
  | FileSystem.FileSystem
  | Path.Path

const check = Effect.fnUntraced(function* ({ kind: name, request: fields }: Pick<Submission, "kind" | "request">) {
  const kind = yield* read.readKind(name)
  return yield* Effect.match(read.decode(kind, fields), {
    onFailure: (error): Checked => ({ problems: read.problemsOf(error) }),
    onSuccess: (request): Checked => {
      const credits = read.creditsOf(kind, request)
      return { problems: [], ...(credits === undefined ? {} : { credits }) }
    }
  })
})

/** What is submitted, if it is right and agreed to. */
const accept = Effect.fnUntraced(function* (submission: Submission) {
  const kind = yield* read.readKind(submission.kind)
  const request = yield* Effect.mapError(read.decode(kind, submission.request), (error) => {
    const sentences = read.problemsOf(error).map(({ message, path }) => (path === "" ? message : `${path}: ${message}`))
    return new Refused({ code: "Client.InvalidInput", message: `Nothing was submitted. ${sentences.join(" ")}` })
  })
  yield* confirm(read.creditsOf(kind, request), submission.confirmedCredits)
  return { kind, request }
})

const make: Effect.Effect<Jobs["Service"], never, Services | Scope.Scope> = Effect.gen(function* () {
  const setup = yield* Setup
  const journal = yield* Journal.Journal
  const jobs = yield* SubmitJob.SubmitJob
  const refused = yield* useRefused
  const lines = yield* makeLines
  const follow = yield* makeFollow(lines)
  const fibers = yield* FiberMap.make<string, void>()
  const submissions = yield* FiberMap.make<string, Job.JobTicket, Refused>()

  const watch = Effect.fnUntraced(function* (operation: string, ticket: Job.JobTicket) {
    if (!(yield* FiberMap.has(fibers, operation))) {
      yield* lines.note(operation, { isWatched: true, problem: undefined })
      yield* FiberMap.run(fibers, operation, follow(operation, ticket))
    }
    return yield* lines.line(operation)
  })

  const submit = Effect.fnUntraced(function* (submission: Submission) {
    const { operation } = submission
    const { kind, request } = yield* Effect.provideService(accept(submission), Setup, setup)
    const title = read.titleOf(submission.request)
    if (title !== undefined) yield* lines.note(operation, { title })
    const sending = Effect.mapError(jobs.submit(kind, request, { operation }), refused)
    const ticket = yield* Effect.flatMap(
      FiberMap.run(submissions, operation, sending, { onlyIfMissing: true }),
      Fiber.join
    ).pipe(Effect.tapError(() => lines.note(operation, {})))
    return yield* watch(operation, ticket)
  })

  const resume = Effect.fnUntraced(function* (operation: string) {
    const { endpoint, ticket } = yield* lines.entryOf(operation)
    if (ticket === undefined) {
      return yield* new Refused({
        code: "Client.NoTicket",
        message: "There is nothing to resume: no job of it is known."
      })
    }
    if (endpoint !== setup.host) {
      return yield* new Refused({
        code: "Client.OtherEndpoint",
        message: `Job ${ticket.jobId} was submitted to ${endpoint}. Start the workbench for that endpoint.`
      })
    }
    return yield* watch(operation, ticket)
  })

  const forget = Effect.fnUntraced(function* (operation: string) {
    if (!(yield* Effect.mapError(journal.forget(operation), refused))) return yield* noOperation(operation)
    yield* FiberMap.remove(fibers, operation)
    yield* lines.forget(operation)
  })

  return { list: lines.list, check, submit, resume, forget, watched: FiberMap.size(fibers) }
})

export const layer: Layer.Layer<Jobs, never, Services> = Layer.effect(Jobs, make)
