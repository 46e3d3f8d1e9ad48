import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
/**
 * What the workbench's page asks of its server: every question, the shape of its answer, and what can go wrong. The
 * page and the server share this file, and the OpenAPI document is made from it.
 *
 * The group `fake` steers the in-memory fake, and is the one that `serve` has too (`FakeAdmin`). It answers
 * `NotTheFake` where the workbench talks to a real endpoint.
 *
 * **Gotchas**
 *
 * - The page takes types only from here (`import type`), so that Effect is not a part of its bundle.
 * - No answer holds a secret or a signed link: result files have names, and `/api/files` gives their bytes.
 * - Everything needs the token of the address, in the header `authorization: Bearer TOKEN`.
 */
import * as Schema from "effect/Schema"
import * as FakeAdmin from "../testing/FakeAdmin.ts"

const Range = Schema.Struct({ low: Schema.Finite, high: Schema.Finite })

/** What went wrong, in a sentence that says what to do. `code` is the service's own, or one of `Client.…`. */
export class Refused extends Schema.TaggedError<Refused>("effect-hunyuan3d/workbench/Refused")(
  "Refused",
  {
    code: Schema.String,
    message: Schema.String,
    requestId: Schema.optionalKey(Schema.String),
    /** Of a submission: whether its job may exist and be paid for. */
    mayHaveRun: Schema.optionalKey(Schema.Boolean)
  },
  { httpApiStatus: 422 }
) {}

/** There is no such job, file or operation. */
export class NotFound extends Schema.TaggedError<NotFound>("effect-hunyuan3d/workbench/NotFound")(
  "NotFound",
  { message: Schema.String },
  { httpApiStatus: 404 }
) {}

/** The address of the page is not complete, or it is an old one. */
export class NoToken extends Schema.TaggedError<NoToken>("effect-hunyuan3d/workbench/NoToken")(
  "NoToken",
  { message: Schema.String },
  { httpApiStatus: 401 }
) {}

/** Lets in who has the token of the address. */
export class Authorized extends HttpApiMiddleware.Service<Authorized>()("effect-hunyuan3d/workbench/Authorized", {
  security: { bearer: HttpApiSecurity.bearer },
  error: NoToken
}) {}

/** One field of a kind's request, for a form. `path` is its place, such as `File3D.Url`. */
export const Field = Schema.Struct({
  path: Schema.String,
  type: Schema.Literals(["text", "link", "image", "number", "boolean", "choice", "views"]),
  required: Schema.Boolean,
  /** What it is and its rules, in the words of the schema's documentation. */
  description: Schema.String,
  /** What can be chosen; of `views`, each view. */
  values: Schema.optionalKey(Schema.Array(Schema.String)),
  minimum: Schema.optionalKey(Schema.Finite),
  maximum: Schema.optionalKey(Schema.Finite),
  /** The most Unicode characters. */
  maxLength: Schema.optionalKey(Schema.Finite),
  /** What the service takes where the field is left out. */
  default: Schema.optionalKey(Schema.String)
})
export type Field = typeof Field.Type

export const Kind = Schema.Struct({
  name: Schema.String,
  /** As the program's `--kind` takes it. */
  flag: Schema.String,
  /** What it makes, in a sentence. */
  description: Schema.String,
  submit: Schema.String,
  query: Schema.String,
  tasksAtOnce: Schema.Finite,
  /** In credits, without surcharges. */
  base: Schema.optionalKey(Range),
  fields: Schema.Array(Field),
  /** The rules that concern several fields, each as a sentence. */
  rules: Schema.Array(Schema.String),
  /** A request that works, to start from. */
  example: Schema.Record(Schema.String, Schema.Json)
})
export type Kind = typeof Kind.Type

const Credits = Schema.Struct({
  ...Range.fields,
  base: Schema.Finite,
  surcharges: Schema.Array(Schema.Struct({ field: Schema.String, ...Range.fields })),
  price: Schema.Struct({ currency: Schema.String, ...Range.fields }),
  priceListDate: Schema.String,
  /** The estimate in a line. */
  text: Schema.String
})

const RequestOf = Schema.Struct({
  /** The name of the kind, such as `Pro`. */
  kind: Schema.String,
  /** The API's own fields. */
  request: Schema.Record(Schema.String, Schema.Json)
})

export const Checked = Schema.Struct({
  /** What is wrong, each with its field; empty where the request can be sent. */
  problems: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String })),
  credits: Schema.optionalKey(Credits)
})
export type Checked = typeof Checked.Type

/** A model or picture in the workbench's folder. */
export const ModelFile = Schema.Struct({
  /** Its place in the folder, with `/`; what `/api/files` takes. */
  path: Schema.String,
  size: Schema.Finite,
  modifiedAt: Schema.Finite,
  format: Schema.Literals(["glb", "obj", "stl", "zip", "image", "other"]),
  /** The picture of it beside it, where there is one. */
  preview: Schema.optionalKey(Schema.String)
})
export type ModelFile = typeof ModelFile.Type

/** What a model is made of, and what the Khronos validator says of it. */
export const ModelFacts = Schema.Struct({
  file: ModelFile,
  meshes: Schema.optionalKey(Schema.Finite),
  faces: Schema.optionalKey(Schema.Finite),
  vertices: Schema.optionalKey(Schema.Finite),
  materials: Schema.optionalKey(Schema.Finite),
  textures: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      width: Schema.optionalKey(Schema.Finite),
      height: Schema.optionalKey(Schema.Finite),
      size: Schema.Finite
    })
  ),
  skins: Schema.optionalKey(Schema.Finite),
  animations: Schema.optionalKey(Schema.Finite),
  /** Of a GLB. */
  validator: Schema.optionalKey(
    Schema.Struct({
      version: Schema.String,
      errors: Schema.Finite,
      warnings: Schema.Finite,
      infos: Schema.Finite,
      messages: Schema.Array(Schema.Struct({ severity: Schema.String, code: Schema.String, message: Schema.String }))
    })
  )
})
export type ModelFacts = typeof ModelFacts.Type

/** Moments are Unix milliseconds. */
const Moment = Schema.Finite

/** A submission of the journal, as a timeline. */
export const JobLine = Schema.Struct({
  operation: Schema.String,
  kind: Schema.String,
  region: Schema.String,
  state: Schema.Literals([
    "sending",
    "unknown",
    "refused",
    "not sent",
    "submitted",
    "waiting",
    "running",
    "done",
    "failed",
    "expired",
    "downloaded"
  ]),
  jobId: Schema.optionalKey(Schema.String),
  /** In a few words, what was submitted from this page, such as its prompt. The journal has no prompts. */
  title: Schema.optionalKey(Schema.String),
  submittedAt: Moment,
  runningAt: Schema.optionalKey(Moment),
  endedAt: Schema.optionalKey(Moment),
  downloadedAt: Schema.optionalKey(Moment),
  /** When the service forgets the job. */
  expiresAt: Schema.optionalKey(Moment),
  /** When the links of its files expire. */
  linksExpireAt: Schema.optionalKey(Moment),
  estimate: Schema.optionalKey(Range),
  consumed: Schema.optionalKey(Schema.Finite),
  /** Whether the server waits for it now. */
  isWatched: Schema.Boolean,
  /** Why it failed or was refused, as a sentence. */
  problem: Schema.optionalKey(Schema.String),
  files: Schema.Array(ModelFile)
})
export type JobLine = typeof JobLine.Type

/** A request that went out, without what is secret. */
export const SentRequest = Schema.Struct({
  id: Schema.Finite,
  at: Moment,
  method: Schema.String,
  /** Without its query, where that grants access. */
  url: Schema.String,
  action: Schema.optionalKey(Schema.String),
  headers: Schema.Record(Schema.String, Schema.String),
  /** As JSON text, with images by their size; missing for a download. */
  body: Schema.optionalKey(Schema.String),
  /** Missing while it has no answer. */
  answer: Schema.optionalKey(
    Schema.Struct({
      at: Moment,
      status: Schema.optionalKey(Schema.Finite),
      /** The code of the refusal. */
      code: Schema.optionalKey(Schema.String),
      requestId: Schema.optionalKey(Schema.String),
      /** As JSON text, without the queries of links; missing for a download. */
      body: Schema.optionalKey(Schema.String),
      /** Why there is no answer. */
      failure: Schema.optionalKey(Schema.String)
    })
  ),
  /** What the fake says of a signature that it refused. */
  whyRefused: Schema.optionalKey(Schema.String)
})
export type SentRequest = typeof SentRequest.Type

export const SignRequest = Schema.Struct({
  action: Schema.String,
  /** The body, byte for byte. */
  payload: Schema.String,
  service: Schema.optionalKey(Schema.String),
  version: Schema.optionalKey(Schema.String),
  /** Unix seconds; now, unless it is given. */
  timestamp: Schema.optionalKey(Schema.Int)
})

export type SignRequest = typeof SignRequest.Type

/** How a call is signed, step by step. Nothing is sent. */
export const Signed = Schema.Struct({
  url: Schema.String,
  timestamp: Schema.Finite,
  /** The digest of the payload, in the canonical request. */
  payloadHash: Schema.String,
  canonicalRequest: Schema.String,
  canonicalRequestHash: Schema.String,
  credentialScope: Schema.String,
  stringToSign: Schema.String,
  signature: Schema.String,
  authorization: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String)
})
export type Signed = typeof Signed.Type

/** What is wrong with a request that somebody captured. */
export const Compared = Schema.Struct({
  verdict: Schema.Literals(["right", "mistake", "unsure"]),
  form: Schema.String,
  host: Schema.String,
  action: Schema.optionalKey(Schema.String),
  message: Schema.String,
  causes: Schema.Array(
    Schema.Struct({
      mistakes: Schema.Array(Schema.Struct({ name: Schema.String, message: Schema.String })),
      difference: Schema.optionalKey(Schema.Struct({ expected: Schema.String, signed: Schema.String }))
    })
  ),
  checks: Schema.Array(Schema.Struct({ name: Schema.String, message: Schema.String, isMistake: Schema.Boolean }))
})
export type Compared = typeof Compared.Type

/** The same call in another form. */
export const Sample = Schema.Struct({
  name: Schema.Literals(["curl", "program", "effect", "sdk-node", "sdk-python"]),
  title: Schema.String,
  language: Schema.Literals(["sh", "ts", "js", "py"]),
  /** What it needs, as a sentence. */
  needs: Schema.String,
  code: Schema.String
})
export type Sample = typeof Sample.Type

export const ErrorCode = Schema.Struct({
  code: Schema.String,
  /** The `reason` of `ApiError`. */
  reason: Schema.String,
  /** What it means, as the vendor documents it. */
  meaning: Schema.String,
  isRetryable: Schema.Boolean,
  /** What to do, as a sentence. */
  advice: Schema.String
})
export type ErrorCode = typeof ErrorCode.Type

/** Where the workbench stands. */
export const About = Schema.Struct({
  version: Schema.String,
  /** `fake` in this process, a `serve` on this machine, the `live` endpoint, or a recording. */
  target: Schema.Literals(["fake", "serve", "live", "replay"]),
  endpoint: Schema.String,
  region: Schema.String,
  regions: Schema.Array(Schema.String),
  /** Whether a submission is paid for. */
  isPaid: Schema.Boolean,
  /** Whose key signs: the first eight and the last four characters of its id; missing where there is none. */
  secretId: Schema.optionalKey(Schema.String),
  /** Why there is none. */
  keyProblem: Schema.optionalKey(Schema.String),
  /** Where the files go. */
  folder: Schema.String,
  /** What to open first: a file of the folder, or a job, from `hunyuan3d open`. */
  open: Schema.optionalKey(
    Schema.Struct({ file: Schema.optionalKey(Schema.String), jobId: Schema.optionalKey(Schema.String) })
  )
})
export type About = typeof About.Type

/** Changes as they come: the page reads these instead of asking again. */
export const Event = Schema.Union([
  Schema.TaggedStruct("Job", { job: JobLine }),
  Schema.TaggedStruct("Forgotten", { operation: Schema.String }),
  Schema.TaggedStruct("Request", { request: SentRequest }),
  Schema.TaggedStruct("Files", {}),
  /** Nothing happened: so it shows that the connection still stands. The first event of each stream, too. */
  Schema.TaggedStruct("Alive", {})
])
export type Event = typeof Event.Type

const about = HttpApiGroup.make("about").add(
  HttpApiEndpoint.get("about", "/api/about", { success: About }),
  HttpApiEndpoint.get("kinds", "/api/kinds", { success: Schema.Array(Kind) }),
  HttpApiEndpoint.get("codes", "/api/codes", { success: Schema.Array(ErrorCode) }),
  HttpApiEndpoint.get("events", "/api/events", { success: HttpApiSchema.StreamNdjson({ schema: Event }) })
)

const jobs = HttpApiGroup.make("jobs").add(
  HttpApiEndpoint.post("check", "/api/check", { payload: RequestOf, success: Checked, error: NotFound }),
  HttpApiEndpoint.get("list", "/api/jobs", { success: Schema.Array(JobLine), error: Refused }),
  HttpApiEndpoint.post("submit", "/api/jobs", {
    payload: Schema.Struct({
      ...RequestOf.fields,
      /** The page's own name of the submission: given again, it never buys a second job. */
      operation: Schema.String,
      /** The credits that the person saw and agreed to. A paid submission that costs more is refused. */
      confirmedCredits: Schema.optionalKey(Schema.Finite)
    }),
    success: JobLine,
    error: [Refused, NotFound]
  }),
  HttpApiEndpoint.post("resume", "/api/jobs/:operation/resume", {
    params: { operation: Schema.String },
    success: JobLine,
    error: [Refused, NotFound]
  }),
  HttpApiEndpoint.post("forget", "/api/jobs/:operation/forget", {
    params: { operation: Schema.String },
    success: HttpApiSchema.NoContent,
    error: [Refused, NotFound]
  })
)

const files = HttpApiGroup.make("files").add(
  HttpApiEndpoint.get("list", "/api/files", { success: Schema.Array(ModelFile), error: Refused }),
  HttpApiEndpoint.get("facts", "/api/facts", {
    query: { path: Schema.String },
    success: ModelFacts,
    error: [Refused, NotFound]
  }),
  HttpApiEndpoint.get("bytes", "/api/bytes", {
    query: { path: Schema.String },
    success: HttpApiSchema.StreamUint8Array(),
    error: [Refused, NotFound]
  })
)

const tools = HttpApiGroup.make("tools").add(
  HttpApiEndpoint.post("sign", "/api/sign", { payload: SignRequest, success: Signed, error: Refused }),
  HttpApiEndpoint.post("compare", "/api/compare", {
    payload: Schema.Struct({ text: Schema.String }),
    success: Compared,
    error: Refused
  }),
  HttpApiEndpoint.post("code", "/api/code", {
    payload: RequestOf,
    success: Schema.Array(Sample),
    error: [Refused, NotFound]
  }),
  HttpApiEndpoint.get("requests", "/api/requests", { success: Schema.Array(SentRequest) })
)

export class Api extends HttpApi.make("workbench")
  .add(about, jobs, files, tools, FakeAdmin.group)
  .middleware(Authorized)
  .annotateMerge(OpenApi.annotations({ title: "hunyuan3d workbench" })) {}
