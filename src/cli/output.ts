/**
 * What scripts get: the one object that a run prints with `--json`, as a schema, of which `hunyuan3d schema` prints the
 * JSON Schema. `report.ts` fills it.
 *
 * **Gotchas**
 *
 * - Scripts rely on it. A field may be added; one that is removed or changes its meaning needs another `version`.
 * - What is not known is left out, and is never 0 or empty.
 */
import * as Schema from "effect/Schema"
import * as Job from "../job/Job.ts"
import * as Journal from "../job/Journal.ts"
import { states } from "../workbench/entry.ts"
import { verdicts } from "./doctor/check.ts"
import { exitCodes } from "./failure.ts"

const text = (description: string) => Schema.String.annotate({ description })
const yes = (description: string) => Schema.Boolean.annotate({ description })
const time = (description: string) =>
  Schema.String.annotate({ description, format: "date-time" }).pipe(Schema.decodeTo(Schema.DateTimeUtcFromString))

const range = { min: Schema.Finite, max: Schema.Finite }

const OutputError = Schema.Struct({
  code: text(
    "What happened: a code of the service, one of this program's that begins with Client., or a name such as Usage or WaitTimeout"
  ),
  message: text("The sentence that is on standard error too"),
  requestId: Schema.optionalKey(text("Names the service's answer to Tencent Cloud's support")),
  retryable: yes(
    "Whether it may succeed later: by `next` if that is there, else by the same command. Never true where that could buy a second job"
  ),
  mayHaveRun: Schema.optionalKey(yes("Of a submission: whether its job may exist and be paid for")),
  exitCode: Schema.Literals(Object.values(exitCodes)),
  next: Schema.optionalKey(text("The command that goes on, for a POSIX shell"))
}).annotate({ identifier: "Error" })

// A plain one, since scripts know no classes.
const OutputTicket = Schema.Struct(Job.JobTicket.fields).annotate({
  identifier: "Ticket",
  description: "Every command that takes a JobId takes it too"
})

// As the `Job` schema encodes it. Links and unknown fields are not checked again, so that nothing the service says keeps
// the rest from being printed.
const extra = Schema.Record(Schema.String, Schema.Json)

const OutputJob = Schema.Struct({
  ...Job.Done.fields,
  _tag: Schema.Literals(["Waiting", "Running", "Done", "Failed", "Unrecognized"]),
  files: Schema.Array(
    Schema.Struct({
      type: Schema.optionalKey(text("As the service names it, such as GLB")),
      url: Schema.optionalKey(text("The whole link, which grants access to the file")),
      previewUrl: Schema.optionalKey(text("The same of a picture of it")),
      extra,
      expiresAt: Schema.optionalKey(time("When the links expire"))
    })
  ),
  extra
}).annotate({ identifier: "Job", description: "A job as it was last seen" })

/** A file on the disk. */
export const OutputFile = Schema.Struct({
  path: text("The absolute path"),
  type: Schema.optionalKey(text("As the service names it, such as GLB")),
  preview: yes("Whether it is a picture of the file of this type"),
  size: Schema.Int.annotate({ description: "In bytes" }),
  sha256: text("In hexadecimal digits"),
  kept: yes("Whether it was there before, so that nothing was downloaded"),
  unpacked: Schema.optionalKey(text("The directory with the archive's files, if it was unpacked"))
}).annotate({ identifier: "File" })

const OutputCredits = Schema.Struct({
  estimated: Schema.optionalKey(
    Schema.Struct({
      ...range,
      date: text("The day of the price list"),
      base: Schema.Finite,
      surcharges: Schema.Array(Schema.Struct({ field: Schema.String, ...range })),
      price: Schema.Struct({ currency: Schema.String, ...range })
    })
  ),
  consumed: Schema.optionalKey(Schema.Finite.annotate({ description: "What the service reports. Many kinds do not" }))
}).annotate({ identifier: "Credits" })

/** What is told of one job. */
const ofOneJob = {
  operation: Schema.optionalKey(text("The operation id, by which the journal knows the submission")),
  ticket: Schema.optionalKey(OutputTicket),
  job: Schema.optionalKey(OutputJob),
  files: Schema.optionalKey(Schema.Array(OutputFile).annotate({ description: "What is on the disk" })),
  manifest: Schema.optionalKey(text("The absolute path of the manifest beside the files")),
  credits: Schema.optionalKey(OutputCredits),
  error: Schema.optionalKey(OutputError)
}

const OutputResult = Schema.Struct({ ok: Schema.Boolean, ...ofOneJob })

/** An operation of the journal. */
const OutputEntry = Schema.Struct({
  operation: Schema.String,
  state: Schema.Literals(states),
  kind: Schema.String,
  region: Schema.String,
  endpoint: Schema.String,
  startedAt: Schema.DateTimeUtcFromString,
  ticket: Schema.optionalKey(OutputTicket),
  code: Schema.optionalKey(text("Why there is no job, or none that is known")),
  requestId: Schema.optionalKey(Schema.String),
  expiresAt: Schema.optionalKey(time("When the service forgets the job")),
  estimate: Schema.optionalKey(
    Schema.Struct(range).annotate({ description: "What it costs in credits, as estimated" })
  ),
  ended: Journal.Entry.fields.ended,
  files: Journal.Entry.fields.files
})

/** The states of a line of a batch. */
export const lineStates = [
  "waiting",
  "submitted",
  "running",
  "done",
  "downloaded",
  "duplicate",
  "over limit",
  "failed"
] as const

const OutputLine = Schema.Struct({
  line: Schema.Int.annotate({ description: "Its number in the file, from 1" }),
  kind: Schema.String,
  operation: text("The operation id, by which the journal knows the submission"),
  state: Schema.Literals(lineStates),
  sameAs: Schema.optionalKey(Schema.Int.annotate({ description: "The line that a duplicate repeats" })),
  ticket: Schema.optionalKey(OutputTicket),
  credits: Schema.optionalKey(
    Schema.Struct({
      estimated: Schema.optionalKey(Schema.Struct(range)),
      consumed: Schema.optionalKey(Schema.Finite)
    })
  ),
  files: Schema.optionalKey(Schema.Array(OutputFile)),
  manifest: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(OutputError)
}).annotate({ identifier: "Line", description: "A line of a batch. One with an estimate only may have no job" })

/** What `batch` did. Its report on the disk has the same. */
export const OutputBatch = Schema.Struct({
  file: text("The file with the lines, as it was given"),
  report: Schema.optionalKey(text("The absolute path of the report")),
  startedAt: time("When this run began"),
  at: time("When this was written"),
  counts: Schema.Record(Schema.Literals(lineStates), Schema.Int).annotate({
    description: "How many lines are in which state"
  }),
  credits: Schema.Struct({
    bought: Schema.Struct(range).annotate({
      description: "What the jobs of all runs cost: as the service reported, else as estimated"
    }),
    left: Schema.Struct(range).annotate({ description: "What the lines cost that wait, as estimated" })
  }),
  lines: Schema.Array(OutputLine)
}).annotate({ identifier: "Batch" })

const OutputProblem = Schema.Struct({
  line: Schema.Int,
  column: Schema.Int,
  message: Schema.String
}).annotate({ identifier: "Problem", description: "Why a line of a batch cannot be used; its place counts from 1" })

/** What `sign --compare` found. */
export const OutputComparison = Schema.Struct({
  verdict: Schema.Literals(["right", "mistake", "unsure"]).annotate({ description: "Whether the signature is right" }),
  form: text("In what form the request was given, such as a HAR"),
  host: Schema.String,
  action: Schema.optionalKey(Schema.String),
  secretId: Schema.optionalKey(text("Its first 8 characters at most")),
  message: text("The verdict as a sentence, and what to do"),
  causes: Schema.Array(
    Schema.Struct({
      mistakes: Schema.Array(Schema.Struct({ name: text("Such as ContentType"), message: Schema.String })),
      difference: Schema.optionalKey(
        Schema.Struct({ expected: text("As the service writes it"), signed: text("As the sender signed it") })
      )
    })
  ).annotate({ description: "The mistakes that make exactly this signature" }),
  checks: Schema.Array(
    Schema.Struct({
      name: text("Such as ClockSkew"),
      message: Schema.String,
      isMistake: yes("Whether the service refuses the request for it, and not only perhaps")
    })
  ).annotate({ description: "What the request and its answer show besides" }),
  answer: Schema.optionalKey(
    Schema.Struct({
      code: Schema.optionalKey(Schema.String),
      message: Schema.optionalKey(Schema.String),
      requestId: Schema.optionalKey(Schema.String),
      meaning: text("What the code says of the signature, and what to do")
    }).annotate({ description: "What the service answered, if that was captured" })
  )
}).annotate({ identifier: "Comparison" })

const OutputCredentials = Schema.Struct({
  source: Schema.optionalKey(text("Where the key comes from")),
  secretId: text("The first eight and the last four characters of its id"),
  kind: Schema.Literals(["permanent", "temporary"]),
  expiresAt: Schema.optionalKey(time("When a temporary key expires, where its source says so")),
  region: Schema.optionalKey(text("The region that the profile names"))
}).annotate({ identifier: "Credentials", description: "Who signs, without what is secret" })

const OutputCheck = Schema.Struct({
  name: text("What was checked, such as key"),
  verdict: Schema.Literals(verdicts).annotate({ description: "unsure: it could not be found out" }),
  found: Schema.String,
  advice: Schema.optionalKey(text("What to do"))
}).annotate({ identifier: "Check" })

export const Output = Schema.Struct({
  version: Schema.Literal(1),
  command: Schema.optionalKey(text("Its name, such as generate; missing if there is no such command")),
  ok: yes("Whether the command did what was wanted, so that it exits with 0"),
  ...ofOneJob,
  dryRun: Schema.optionalKey(yes("True if nothing was sent because of --dry-run")),
  request: Schema.optionalKey(
    Schema.Struct({
      kind: Schema.String,
      action: Schema.String,
      region: Schema.String,
      fields: Schema.Unknown.annotate({
        description: "What would be sent, with images by size and SHA-256, and links without their queries"
      })
    })
  ),
  jobs: Schema.optionalKey(Schema.Array(OutputEntry).annotate({ description: "The journal, the newest first" })),
  unreadable: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ place: Schema.String, operation: Schema.String, description: Schema.String })
    ).annotate({ description: "Entries of the journal that cannot be read" })
  ),
  at: Schema.optionalKey(time("When watch saw the change")),
  results: Schema.optionalKey(Schema.Array(OutputResult).annotate({ description: "The jobs that were resumed" })),
  batch: Schema.optionalKey(OutputBatch),
  problems: Schema.optionalKey(Schema.Array(OutputProblem)),
  url: Schema.optionalKey(text("Where serve listens")),
  signed: Schema.optionalKey(
    Schema.Struct({
      canonicalRequest: Schema.String,
      stringToSign: Schema.String,
      url: Schema.String,
      headers: Schema.Record(Schema.String, Schema.String),
      payload: Schema.String
    })
  ),
  comparison: Schema.optionalKey(OutputComparison),
  credentials: Schema.optionalKey(OutputCredentials),
  checks: Schema.optionalKey(Schema.Array(OutputCheck).annotate({ description: "What doctor checked" })),
  schema: Schema.optionalKey(Schema.Unknown.annotate({ description: "The JSON Schema of this object" }))
}).annotate({ title: "hunyuan3d --json" })
