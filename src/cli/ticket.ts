/**
 * Which job a command is about: its id, its ticket, an operation of the journal, or
 * the last job of the journal.
 *
 * A ticket comes as text, in a file, or on standard input: alone, as the journal and
 * the library have it, or in the field `ticket` of what `--json` prints. A ticket, and
 * an entry of the journal, know the kind and the region of their job. A bare id takes
 * them from the flags.
 *
 * **Gotchas**
 *
 * - Ten digits and more are a JobId, whatever else has that name.
 * - A name that is both a file and an operation is refused: it could be two jobs.
 */
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as shell from "../internal/shell.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import * as Job from "../job/Job.ts"
import type * as JobKind from "../job/JobKind.ts"
import * as Journal from "../job/Journal.ts"
import { readEndpoint } from "./connection.ts"
import { usage } from "./failure.ts"
import { isStandardInput, readTextFile } from "./input.ts"
import { journal, submissionUnknown } from "./journal.ts"
import type { Connection } from "./options.ts"

/** The job of a command that takes one. */
export const jobArgument = {
  job: Argument.String("JobId").pipe(
    Argument.withDescription(
      "The id of the job; or its ticket, which submit --json prints: as text, as a file, or - for standard input; or an operation id of the journal"
    ),
    Argument.optional
  ),
  last: Flag.Boolean("last").pipe(
    Flag.withDescription("The job that was submitted last, by the journal"),
    Flag.withDefault(false)
  )
}

interface Named {
  readonly job: Option.Option<string>
  readonly last: boolean
}

export interface JobFlags extends Named, Omit<Connection, "transport"> {
  readonly kind: JobKind.Any
}

const isJobId = Schema.is(Job.JobId)

/** The host where jobs are submitted to, as the journal names it. */
const hostOf = (flags: Omit<Connection, "transport">) =>
  Effect.map(readEndpoint(flags), ({ host = Hunyuan.product.host }) => host)

/** The ticket of the job that was named. */
export const readTicket = Effect.fnUntraced(function* (flags: JobFlags) {
  const named = yield* readNamed(flags)
  if (named === undefined) return yield* lastTicket(yield* hostOf(flags))
  if (named instanceof Job.JobTicket) return named
  if (isJobId(named)) return new Job.JobTicket({ jobId: named, kind: flags.kind.name, region: flags.region })
  const entry = yield* findEntry(named)
  if (Option.isSome(entry)) return yield* ticketOf(entry.value, yield* hostOf(flags))
  return yield* usage(
    `"${named}" is not a JobId, no file, and no operation of the journal. A JobId is a string of digits, such as ` +
      "1375367755519696896. Copy it from what submit printed, or give --last for the job that was submitted last."
  )
})

/** The same for a command that is about the journal: an id is one of its operations or jobs. */
export const readJournaledTicket = Effect.fnUntraced(function* (flags: Named & Omit<Connection, "transport">) {
  const named = yield* readNamed(flags)
  const host = yield* hostOf(flags)
  if (named === undefined) return yield* lastTicket(host)
  if (named instanceof Job.JobTicket) return named
  const entry = yield* findEntry(named)
  if (Option.isSome(entry)) return yield* ticketOf(entry.value, host)
  return yield* usage(
    `"${named}" is not in the journal. To see what is: hunyuan3d jobs. For a job of elsewhere: hunyuan3d wait ${shell.word(named)}`
  )
})

/** A ticket, or an id that is still to be looked up; undefined for `--last`. */
const readNamed = Effect.fnUntraced(function* ({ job, last }: Named) {
  if (last === Option.isSome(job)) {
    return yield* usage("Give one job, by its JobId or its ticket, or --last. To see what there is: hunyuan3d jobs")
  }
  if (Option.isNone(job)) return undefined
  const given = job.value.trim()
  if (given.startsWith("{")) return yield* parseTicket("This", given)
  if (isStandardInput(given)) return yield* parse("Standard input", yield* readTextFile(given, given))
  if (isJobId(given) || !(yield* isFile(given))) return given
  if (Option.isSome(yield* Effect.orElseSucceed(findEntry(given), Option.none))) {
    return yield* usage(
      `"${given}" is a file and an operation of the journal. Give ./${given} for the file, or the JobId for the operation: hunyuan3d jobs prints it.`
    )
  }
  return yield* parse(`"${given}"`, yield* readTextFile(given, given))
})

// A pipe is one too, such as that of `<(…)`.
const isFile = (path: string) =>
  FileSystem.FileSystem.use((fs) => fs.stat(path)).pipe(
    Effect.map(({ type }) => type !== "Directory"),
    Effect.orElseSucceed(() => false)
  )

/** What a file or standard input holds: a ticket, or an id alone. */
const parse = Effect.fnUntraced(function* (source: string, content: string) {
  const text = content.trim()
  if (text === "") return yield* usage(`${source} is empty. ${whatToGive}`)
  return isJobId(text) ? text : yield* parseTicket(source, text)
})

const whatToGive = "Give a ticket as submit --json printed it, or a JobId."

const decodeJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

const parseTicket = Effect.fnUntraced(function* (source: string, text: string) {
  const json = yield* Effect.mapError(decodeJson(text), () =>
    usage(`${source} is not a ticket: it is not JSON. ${whatToGive}`)
  )
  const ticket = Predicate.hasProperty(json, "ticket") ? json.ticket : json
  return yield* Effect.mapError(Schema.decodeUnknownEffect(Job.JobTicket)(ticket), (error) =>
    usage(`${source} is not a ticket. ${whatToGive} (${error.message})`)
  )
})

const findEntry = (id: string) => Journal.Journal.use(({ find }) => find(id)).pipe(Effect.provide(journal))

const lastTicket = Effect.fnUntraced(function* (host: string) {
  const { entries } = yield* Journal.Journal.use(({ list }) => list).pipe(Effect.provide(journal))
  const ticket = entries.find((entry) => entry.endpoint === host && entry.ticket !== undefined)?.ticket
  return (
    ticket ?? (yield* usage(`The journal has no job that was submitted to ${host}. To see what it has: hunyuan3d jobs`))
  )
})

/** The ticket of an entry, where it has one and its job is at the host. */
const ticketOf = Effect.fnUntraced(function* (entry: Journal.Entry, host: string) {
  const { endpoint, operation, outcome, ticket } = entry
  if (outcome._tag === "Refused") {
    return yield* usage(
      `Operation ${operation} has no job: its submission was refused (${outcome.code}). Submit it again.`
    )
  }
  if (ticket === undefined) {
    return yield* submissionUnknown("There is no ticket to resume", entry)
  }
  if (endpoint !== host) {
    return yield* usage(
      `Job ${ticket.jobId} was submitted to ${endpoint}, not to ${host}. ` +
        (endpoint === Hunyuan.product.host ? "Leave --endpoint out." : "Give its URL with --endpoint.")
    )
  }
  return ticket
})
