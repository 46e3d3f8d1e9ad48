/** Runs `workbench` and `open`. Loaded when they are used, with all that a server needs. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as ResultFiles from "../../files/ResultFiles.ts"
import * as shell from "../../internal/shell.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import * as Job from "../../job/Job.ts"
import type * as JobKind from "../../job/JobKind.ts"
import * as Journal from "../../job/Journal.ts"
import * as QueryJob from "../../job/QueryJob.ts"
import type { About } from "../../workbench/Api.ts"
import { Jobs } from "../../workbench/Jobs.ts"
import { Setup } from "../../workbench/Setup.ts"
import * as Token from "../../workbench/Token.ts"
import * as Workbench from "../../workbench/Workbench.ts"
import { readEndpoint } from "../connection.ts"
import { Failure, exitCodes, fromError, usage } from "../failure.ts"
import { waitCommand, wayFlags } from "../goOn.ts"
import { shownId } from "../identity.ts"
import { PageDirectory, ProgramVersion } from "../installation.ts"
import { Network } from "../network.ts"
import { checkOut } from "../outDirectory.ts"
import { printLine, printNote } from "../print.ts"
import { line, unlessJson } from "../report.ts"
import { openBrowser } from "./browser.ts"
import type { WorkbenchFlags } from "./flags.ts"
import { servicesOf } from "./services.ts"
import { type Target, targetOf } from "./target.ts"

type Opened = NonNullable<About["open"]>

/** What the workbench is told of the program. */
const setupOf = Effect.fnUntraced(function* (flags: WorkbenchFlags, target: Target, open: Opened | undefined) {
  const path = yield* Path.Path
  const { host = Hunyuan.product.host, region } = yield* readEndpoint(flags)
  const folder = path.resolve(flags.out)
  return Setup.of({
    about: {
      version: yield* ProgramVersion,
      target: target.target,
      endpoint: target.url,
      region,
      isPaid: target.target === "live",
      folder,
      ...(open === undefined ? {} : { open })
    },
    host,
    folder,
    page: yield* PageDirectory,
    word: fromError,
    shownId
  })
})

const announce = Effect.fnUntraced(function* (token: Redacted.Redacted<string>, flags: WorkbenchFlags) {
  const { address } = yield* HttpServer.HttpServer
  const url = `${HttpServer.formatAddress(address)}/#token=${Redacted.value(token)}`
  yield* line({ url }, printLine(url))
  yield* unlessJson(
    Effect.gen(function* () {
      const isOpen = flags.open && (yield* openBrowser(url))
      yield* printNote(isOpen ? "It is open in the browser." : "Open this address in a browser.", " Ctrl-C ends it.")
    })
  )
})

/** What goes on when the workbench is closed. */
const farewell = Effect.fnUntraced(function* ({ target }: Target, flags: WorkbenchFlags) {
  if (target === "fake") {
    return yield* printNote("Closed. The fake ended with this program, and its jobs too. There is nothing to pay.")
  }
  const watched = yield* Jobs.use((jobs) => jobs.watched)
  yield* printNote(
    watched === 0
      ? "Closed."
      : `Closed. ${watched === 1 ? "One of its jobs goes on. To wait for it" : `${watched} of its jobs go on. To wait for them`}: hunyuan3d resume --all --out ${shell.word(flags.out)}${wayFlags(flags)}`
  )
})

/** What is done once the jobs can be reached, before the address is printed. */
type Before<E, R> = Effect.Effect<void, E, R>

const serve = Effect.fnUntraced(function* <E extends Error, R>(
  flags: WorkbenchFlags,
  open: Opened | undefined,
  before: Before<E, R>
) {
  const { server } = yield* Network
  const target = yield* targetOf(flags, yield* readEndpoint(flags))
  yield* checkOut(flags.out)
  const setup = Layer.effect(Setup, setupOf(flags, target, open))
  const token = yield* Token.make
  yield* Effect.gen(function* () {
    yield* before
    const announced = Layer.effectDiscard(announce(token, flags))
    yield* Layer.launch(
      Layer.provideMerge(announced, Workbench.layer(token)).pipe(Layer.provide(server(flags.port)))
    ).pipe(Effect.onInterrupt(() => farewell(target, flags)))
  }).pipe(
    Effect.catchTag("ServeError", () =>
      Effect.fail(usage(`Port ${flags.port} cannot be used. Choose another --port, or leave it out.`))
    ),
    Effect.provide(Layer.provideMerge(servicesOf(flags, target), setup))
  )
})

export const run = (flags: WorkbenchFlags) => serve(flags, undefined, Effect.void)

/** The files of a job: waits for one of the journal in the background, and downloads one of elsewhere now. */
const fetchJob = Effect.fnUntraced(function* (jobId: Job.JobId, kind: JobKind.Any, flags: WorkbenchFlags) {
  const path = yield* Path.Path
  const entry = yield* Journal.Journal.use(({ find }) => find(jobId))
  if (Option.isSome(entry)) return yield* Effect.asVoid(Jobs.use((jobs) => jobs.resume(entry.value.operation)))
  const ticket = new Job.JobTicket({ jobId, kind: kind.name, region: flags.region })
  const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(ticket))
  if (job._tag === "Failed") return yield* new QueryJob.JobFailed({ job, ticket })
  if (job._tag !== "Done") {
    return yield* new Failure({
      message: `Job ${jobId} has no files yet; its state is ${job.status}. Wait for it first: ${waitCommand(ticket, flags)}`,
      exitCode: exitCodes.other,
      code: "NotDone",
      retryable: true
    })
  }
  yield* ResultFiles.download(job, path.join(flags.out, jobId), { previews: true, unpack: true })
})

const isJobId = Schema.is(Job.JobId)

export const openWhat = Effect.fnUntraced(function* (what: string, kind: JobKind.Any, flags: WorkbenchFlags) {
  const path = yield* Path.Path
  if (isJobId(what)) return yield* serve(flags, { jobId: what }, fetchJob(what, kind, flags))
  const isFile = yield* FileSystem.FileSystem.use((fs) => fs.stat(what)).pipe(
    Effect.map(({ type }) => type === "File"),
    Effect.orElseSucceed(() => false)
  )
  if (!isFile) {
    return yield* usage(`There is no file ${what}. Give a model such as models/teapot.glb, or the id of a job.`)
  }
  const out = path.dirname(path.resolve(what))
  yield* serve({ ...flags, out }, { file: path.basename(what) }, Effect.void)
})
