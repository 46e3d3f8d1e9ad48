/**
 * The journal of paid submissions: what was submitted, how it ended, and where its
 * files are. It outlives the process, so that no paid job is lost and none is bought
 * twice.
 *
 * `submit` writes an entry before the request leaves, and its outcome after: accepted
 * with a ticket, refused, or unknown. It also has what the job costs. Each submission has an operation id. The same id
 * with the same request gives the recorded ticket and sends nothing, in another process
 * and after a crash too. Where it is unknown whether a job exists, `submit` refuses
 * until it is told to submit `again`. `ended` and `downloaded` add what became of the
 * job; `list`, `find` and `forget` are for whoever looks after the jobs.
 *
 * The layers differ in where entries are kept: `layerMemory`, `layerDirectory` and
 * `layerFiles` with one file an entry, `layerSql` with a table, `layerKeyValueStore` over
 * whatever Effect's `KeyValueStore` has.
 *
 * **Gotchas**
 *
 * - If an entry cannot be written, nothing is submitted.
 * - An entry has no key, no prompt, no image and no link: of a request it holds a digest
 *   of each field. Who can read the journal can check a guess of a short prompt, so its
 *   files are readable by their owner only.
 * - A process that dies while it submits writes no outcome. Two minutes later its entry
 *   counts as unknown, and at once when the clock is set back by more. Processes on several machines need clocks that agree to within
 *   this time.
 * - A link that is signed anew makes another request of it. Sign it once for an
 *   operation id.
 * - An operation that was refused and submitted again has an entry for each attempt.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as UserDirectories from "effect/persistence/UserDirectories"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as ApiError from "../cloud/ApiError.ts"
import type * as Operation from "../cloud/Operation.ts"
import * as SignedLink from "../cloud/SignedLink.ts"
import { why } from "../internal/transport.ts"
import * as Credits from "./Credits.ts"
import * as files from "./internal/journal/files.ts"
import { differences, fingerprint } from "./internal/journal/fingerprint.ts"
import * as keyValues from "./internal/journal/keyValues.ts"
import * as memory from "./internal/journal/memory.ts"
import {
  Entry,
  JournalError,
  OperationConflict,
  OperationId,
  Outcome,
  type Submission,
  SubmissionUnknown,
  timeToSend,
  type Unreadable
} from "./internal/journal/model.ts"
import { idOf, merge, operationOf } from "./internal/journal/parts.ts"
import { Journal } from "./internal/journal/service.ts"
import * as sql from "./internal/journal/sql.ts"
import { type Store, StoreError } from "./internal/journal/store.ts"
import type * as Job from "./Job.ts"

export {
  Entry,
  JournalError,
  makeOperationId,
  type NotSubmitted,
  OperationConflict,
  OperationId,
  Outcome,
  type Submission,
  SubmissionUnknown,
  type Unreadable
} from "./internal/journal/model.ts"
export { Journal } from "./internal/journal/service.ts"

const version = 1

type Start = "Nothing was submitted, since the journal" | "The journal"

const failed =
  (start: Start, verb: "read" | "written") =>
  ({ cause, place }: StoreError): JournalError =>
    new JournalError({
      place,
      description:
        `${start} cannot be ${verb}: ${why(cause)}. ` +
        (verb === "read" ? `Make ${place} readable` : `Make ${place} writable and see that it has room`) +
        ", or keep the journal elsewhere.",
      cause
    })

interface Read {
  readonly entry?: Entry
  readonly problem?: string
}

/**
 * An entry as it counts now: one that has been sent for long has no outcome any more. Nor has one of a time to come: its
 * process had another clock, and nobody would know until then.
 */
const asOf = (now: DateTime.Utc, entry: Entry): Entry =>
  entry.outcome._tag === "Sending" &&
  Duration.isGreaterThan(Duration.abs(DateTime.distance(entry.startedAt, now)), timeToSend)
    ? new Entry({
        ...entry,
        outcome: Outcome.cases.Unknown.make({
          code: "Client.NoOutcome",
          description: "The process that sent it died, or takes longer than two minutes.",
          at: entry.startedAt
        })
      })
    : entry

const readEntry = (now: DateTime.Utc, id: string, parts: ReadonlyArray<string>): Read => {
  const { damaged, fields } = merge(parts)
  if (fields["version"] !== undefined && fields["version"] !== version) {
    return { problem: "It was written by another version of effect-hunyuan3d. Use the newer one." }
  }
  const decoded = Schema.decodeUnknownOption(Entry)(fields)
  if (Option.isNone(decoded) || fields["version"] === undefined) {
    return { problem: "It is damaged, or no entry of a journal." }
  }
  const entry = decoded.value
  // Another case of letters, where file names do not tell them apart.
  if (idOf(entry.operation, entry.attempt) !== id) {
    return { problem: `It holds the entry of another operation, ${entry.operation}.` }
  }
  const read = { entry: asOf(now, entry) }
  return damaged === 0 ? read : { ...read, problem: `${damaged} of its ${parts.length} parts are damaged.` }
}

const encodeEntry = (entry: Entry): string => JSON.stringify({ version, ...Schema.encodeSync(Entry)(entry) })

const Part = Schema.Struct({ ended: Entry.fields.ended, files: Entry.fields.files })
type Part = typeof Part.Type

const encodePart = (part: Part): string => JSON.stringify(Schema.encodeSync(Part)(part))

const endOf = (job: Job.Done | Job.Failed, at: DateTime.Utc): Part => {
  const expiries = job.files.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt]))
  const [first] = expiries.toSorted((a, b) => DateTime.toEpochMillis(a) - DateTime.toEpochMillis(b))
  return {
    ended: {
      status: job.status,
      ...(job.errorCode === "" ? {} : { code: job.errorCode }),
      ...(job.credits === undefined ? {} : { credits: job.credits.consumed }),
      ...(first === undefined ? {} : { linksExpireAt: first }),
      at
    }
  }
}

/** What the end of a submission says. */
const outcomeOf = (exit: Exit.Exit<Job.JobTicket, ApiError.ApiError>, at: DateTime.Utc): Outcome => {
  if (Exit.isSuccess(exit)) return Outcome.cases.Accepted.make({ ticket: exit.value, at })
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error === undefined) {
    return Cause.hasInterruptsOnly(exit.cause)
      ? Outcome.cases.Refused.make({ code: "Client.Interrupted", at })
      : Outcome.cases.Unknown.make({ code: "Client.Defect", at })
  }
  const { code, mayHaveRun, reason, requestId } = error
  const said = { code, at, ...(requestId === undefined ? {} : { requestId }) }
  if (!mayHaveRun) return Outcome.cases.Refused.make(said)
  const isOurs = code.startsWith("Client.") && "description" in reason
  return Outcome.cases.Unknown.make({
    ...said,
    ...(isOurs ? { description: SignedLink.withoutQueries(reason.description) } : {}),
    ...(reason._tag === "MalformedResponse" && reason.receipt !== undefined ? { jobId: reason.receipt } : {})
  })
}

const invalid = <Request extends Operation.Codec>(submission: Submission<Request>, description: string) =>
  new ApiError.ApiError({
    action: submission.kind.submit.action,
    region: submission.region,
    reason: new ApiError.InvalidInput({ description: description.replaceAll(/\s+/g, " ") })
  })

const isOperationId = Schema.is(OperationId)

/** The entry of a submission that is about to leave. */
const entryOf = Effect.fnUntraced(function* <Request extends Operation.Codec>(submission: Submission<Request>) {
  const { endpoint, kind, operation, region, request } = submission
  const sent = yield* Schema.encodeEffect(kind.submit.input)(request).pipe(
    Effect.mapError((error) => invalid(submission, error.message))
  )
  if (!isOperationId(operation)) {
    return yield* invalid(submission, "An operation id is 1 to 64 letters, digits, dots, dashes and underscores.")
  }
  return new Entry({
    operation,
    attempt: 1,
    kind: kind.name,
    region,
    endpoint,
    request: fingerprint(operation, sent),
    ...Option.match(Credits.estimate(kind, request), {
      onNone: () => ({}),
      onSome: ({ low, high }) => ({ estimate: { low, high } })
    }),
    startedAt: yield* DateTime.now,
    outcome: Outcome.cases.Sending.make({})
  })
})

const conflicts = (one: Entry, other: Entry): ReadonlyArray<string> => [
  ...(["kind", "region", "endpoint"] as const).filter((field) => one[field] !== other[field]),
  ...differences(one.request, other.request)
]

/** The entry that speaks for an operation: the one with a ticket, else the last that may have a job, else the last. */
const current = (attempts: ReadonlyArray<Entry>): Entry | undefined =>
  attempts.findLast((entry) => entry.ticket !== undefined) ??
  attempts.findLast(({ outcome }) => outcome._tag !== "Refused") ??
  attempts.at(-1)

/** The entries of an operation, the first attempt first. An attempt that cannot be read is a failure. */
const attemptsOf = Effect.fnUntraced(function* (store: Store, operation: string, start: Start) {
  const attempts: Array<Entry> = []
  for (;;) {
    const id = idOf(operation, attempts.length + 1)
    const parts = yield* Effect.mapError(store.read(id), failed(start, "read"))
    if (parts === undefined) return attempts
    const { entry, problem = "" } = readEntry(yield* DateTime.now, id, parts)
    if (entry === undefined) {
      return yield* new JournalError({
        place: store.place(id),
        description:
          `${start} has an entry of operation ${operation} that cannot be read, ${store.place(id)}. ${problem} ` +
          "Look at the console whether its job exists, then forget the operation or choose another id."
      })
    }
    attempts.push(entry)
  }
})

/** Records that a submission leaves now, or answers with the entry of the operation that has a ticket. */
const begin = Effect.fnUntraced(function* <Request extends Operation.Codec>(
  store: Store,
  submission: Submission<Request>
) {
  const start = "Nothing was submitted, since the journal"
  const draft = yield* entryOf(submission)
  for (;;) {
    const attempts = yield* attemptsOf(store, draft.operation, start)
    const recorded = current(attempts)
    if (recorded !== undefined) {
      const fields = conflicts(recorded, draft)
      if (fields.length > 0) return yield* new OperationConflict({ entry: recorded, fields })
      const { _tag } = recorded.outcome
      if (_tag === "Accepted") return recorded
      if (_tag === "Sending" || (_tag === "Unknown" && submission.again !== true)) {
        return yield* new SubmissionUnknown({ entry: recorded })
      }
    }
    const entry = new Entry({ ...draft, attempt: attempts.length + 1 })
    const created = yield* store
      .create(idOf(entry.operation, entry.attempt), encodeEntry(entry))
      .pipe(Effect.mapError(failed(start, "written")))
    // Otherwise another process began the same operation in between, and what it recorded counts.
    if (created) return entry
  }
})

/** Records how a submission went. */
const record = Effect.fnUntraced(function* (store: Store, entry: Entry) {
  const { ticket } = entry
  yield* Effect.catch(store.put(idOf(entry.operation, entry.attempt), "entry", encodeEntry(entry)), (error) =>
    ticket === undefined
      ? Effect.logWarning(failed("The journal", "written")(error))
      : Effect.logError(
          `Job ${ticket.jobId} is submitted, but the journal does not hold its ticket. Keep it.`,
          ticket,
          failed("The journal", "written")(error)
        )
  )
})

const list = Effect.fnUntraced(function* (store: Store, among: Store["ids"] = store.ids) {
  const now = yield* DateTime.now
  const ids = yield* Effect.mapError(among, failed("The journal", "read"))
  const all = yield* Effect.forEach(
    ids.flatMap((id) => {
      const operation = operationOf(id)
      return operation === undefined ? [] : [{ id, operation }]
    }),
    ({ id, operation }) =>
      Effect.match(store.read(id), {
        onSuccess: (parts) => ({ id, operation, ...(parts && readEntry(now, id, parts)) }),
        onFailure: ({ cause }) => ({ id, operation, entry: undefined, problem: `It cannot be read: ${why(cause)}.` })
      }),
    { concurrency: 8 }
  )
  const entries = all.flatMap(({ entry }) => (entry === undefined ? [] : [entry]))
  const last = new Map(entries.toSorted((a, b) => a.attempt - b.attempt).map((entry) => [entry.operation, entry]))
  return {
    entries: entries
      .filter((entry) => entry.outcome._tag !== "Refused" || entry === last.get(entry.operation))
      .toSorted((a, b) => DateTime.toEpochMillis(b.startedAt) - DateTime.toEpochMillis(a.startedAt)),
    unreadable: all.flatMap(({ id, operation, problem }): ReadonlyArray<Unreadable> =>
      problem === undefined ? [] : [{ place: store.place(id), operation, description: problem }]
    )
  }
})

/** The entries among which that of a job is, if there is one. */
const listOfJob = (store: Store, jobId: string) => list(store, store.search?.(JSON.stringify({ jobId }).slice(1, -1)))

const make = (store: Store): Journal["Service"] => {
  // The entries of jobs that were submitted or searched here, so that not all entries are read for each.
  const known = new Map<string, string>()
  const remember = (entry: Entry) => {
    if (entry.ticket !== undefined) known.set(entry.ticket.jobId, idOf(entry.operation, entry.attempt))
  }

  const add = Effect.fnUntraced(function* (jobId: string, name: "ended" | "files", part: Part) {
    if (!known.has(jobId)) (yield* listOfJob(store, jobId)).entries.forEach(remember)
    const id = known.get(jobId)
    if (id === undefined) return
    // One that was forgotten since stays so.
    const parts = yield* Effect.mapError(store.read(id), failed("The journal", "read"))
    if (parts === undefined) return
    // Each look at a job that has ended tells its end, and one line of it is enough.
    const { entry } = readEntry(yield* DateTime.now, id, parts)
    if (Equal.equals({ ...entry?.[name], at: 0 }, { ...part[name], at: 0 })) return
    yield* Effect.mapError(store.put(id, name, encodePart(part)), failed("The journal", "written"))
  })

  const find = Effect.fnUntraced(function* (id: string) {
    const found = isOperationId(id) ? current(yield* attemptsOf(store, id, "The journal")) : undefined
    if (found !== undefined) return Option.some(found)
    return Option.fromUndefinedOr((yield* listOfJob(store, id)).entries.find(({ ticket }) => ticket?.jobId === id))
  })

  const removeAll = Effect.fnUntraced(function* (operation: string) {
    const ids = (yield* Effect.mapError(store.ids, failed("The journal", "read"))).filter(
      (id) => operationOf(id) === operation
    )
    // The last attempt first, since an attempt is found by the ones before it.
    const attempt = (id: string) => Number(id.slice(operation.length + 1))
    yield* Effect.forEach(
      ids.toSorted((a, b) => attempt(b) - attempt(a)),
      store.remove
    ).pipe(Effect.mapError(failed("The journal", "written")))
    return ids.length > 0
  })

  return {
    submit: (submission, send) =>
      Effect.uninterruptible(
        Effect.gen(function* () {
          const entry = yield* begin(store, submission)
          remember(entry)
          if (entry.ticket !== undefined) return entry.ticket
          const exit = yield* Effect.exit(send)
          const ended = new Entry({ ...entry, outcome: outcomeOf(exit, yield* DateTime.now) })
          remember(ended)
          yield* record(store, ended)
          return yield* exit
        })
      ),
    ended: (job) => Effect.flatMap(DateTime.now, (at) => add(job.id, "ended", endOf(job, at))),
    downloaded: (jobId, paths) => Effect.flatMap(DateTime.now, (at) => add(jobId, "files", { files: { paths, at } })),
    list: list(store),
    find,
    forget: Effect.fnUntraced(function* (id) {
      if (yield* removeAll(id)) return true
      const entry = (yield* listOfJob(store, id)).entries.find(({ ticket }) => ticket?.jobId === id)
      return entry !== undefined && (yield* removeAll(entry.operation))
    })
  }
}

/**
 * Provides a journal that ends with its process: an operation id counts as long as the
 * layer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<Journal> = Layer.sync(Journal, () => make(memory.make()))

/**
 * Provides a journal in a directory, one file an entry, which several processes share.
 *
 * **Details**
 *
 * The directory is made at the first submission, for its owner only, and so are the
 * files. An entry is on the disk before its request leaves. Files that are no entries
 * are left alone.
 *
 * **Gotchas**
 *
 * On a network drive, several machines share a journal safely where hard links or
 * exclusive creation work among them, as they do on NFS.
 *
 * **Example** (A journal for one project)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, FileSystem, Layer } from "effect"
 * import * as Journal from "effect-hunyuan3d/Journal"
 *
 * const program = Effect.gen(function* () {
 *   const directory = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
 *   const Project = Journal.layerDirectory(`${directory}/journal`).pipe(Layer.provide(NodeServices.layer))
 *   const { entries } = yield* Journal.Journal.use((journal) => journal.list).pipe(Effect.provide(Project))
 *   assert.deepEqual(entries, [])
 * })
 * await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerDirectory = (directory: string): Layer.Layer<Journal, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(Journal, Effect.map(files.make(Effect.succeed(directory)), make))

/**
 * Provides the journal of the user: {@link layerDirectory} in the directory
 * `hunyuan3d/journal` of the user's state, such as `~/.local/state` or `XDG_STATE_HOME`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFiles: Layer.Layer<Journal, never, FileSystem.FileSystem | Path.Path> = Layer.effect(
  Journal,
  Effect.gen(function* () {
    const path = yield* Path.Path
    const directory = UserDirectories.make()
      .state("hunyuan3d")
      .pipe(
        Effect.map((state) => path.join(state, "journal")),
        Effect.mapError((cause) => new StoreError({ place: "the user's state directory", cause }))
      )
    return make(yield* files.make(directory))
  })
)

/**
 * Provides a journal over the `KeyValueStore` in context, such as Redis. Over SQL,
 * {@link layerSql} is the better one.
 *
 * **Details**
 *
 * Its keys begin with `effect-hunyuan3d/journal/`. Each submission and each look through
 * the journal lists the keys of the store: forget what is no longer of use.
 *
 * **Gotchas**
 *
 * - The store must show a key to all processes once it is set.
 * - A process that dies in the middle of beginning an operation can leave its id claimed.
 *   `submit` then fails with a `JournalError`, until the operation is forgotten.
 *
 * **Example** (Over any store)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import { KeyValueStore } from "effect/persistence"
 * import * as Journal from "effect-hunyuan3d/Journal"
 *
 * const Shared = Journal.layerKeyValueStore.pipe(Layer.provide(KeyValueStore.layerMemory))
 * const program = Journal.Journal.use((journal) => journal.find("order-17"))
 * assert.equal((await Effect.runPromise(Effect.provide(program, Shared)))._tag, "None")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerKeyValueStore: Layer.Layer<Journal, never, KeyValueStore.KeyValueStore> = Layer.effect(
  Journal,
  Effect.map(KeyValueStore.KeyValueStore, (store) => make(keyValues.make(store)))
)

/**
 * Provides a journal in a table of SQL, which several processes on several machines
 * share.
 *
 * **Details**
 *
 * The table is `effect_hunyuan3d_journal` unless `table` names another one. It is made
 * when it is first used, with the columns `id`, `name` and `part`. Tested with PostgreSQL
 * and `@effect/sql-pg`. The statements are written for SQLite and MySQL as well.
 *
 * **Gotchas**
 *
 * - `submit` fails inside a transaction, since an entry must outlive it. Nothing is
 *   submitted then.
 * - A database that loses what it has committed, such as a standby that takes over and
 *   was behind, may forget a paid job.
 *
 * **Example** (One journal for a fleet)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { PgClient } from "@effect/sql-pg"
 * import { Layer, Redacted } from "effect"
 * import * as Journal from "effect-hunyuan3d/Journal"
 *
 * const Database = PgClient.layer({ url: Redacted.make("postgres://user@localhost/app") })
 * const Shared = Journal.layerSql().pipe(Layer.provide(Database))
 * assert.ok(Layer.isLayer(Shared))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSql = (
  options: {
    /** The name of the table. */
    readonly table?: string | undefined
  } = {}
): Layer.Layer<Journal, never, SqlClient.SqlClient> =>
  Layer.effect(
    Journal,
    Effect.map(SqlClient.SqlClient, (client) => make(sql.make(client, options.table ?? "effect_hunyuan3d_journal")))
  )
