import { assert, describe, it } from "@effect/vitest"
import { Console, DateTime, Effect, Exit, Logger, Schema } from "effect"
import * as fc from "fast-check"
import * as SignedLink from "../../src/cloud/SignedLink.ts"
import * as Job from "../../src/job/Job.ts"
import { jsonText, jsonValue, key } from "../support/arbitraries.ts"
import { printed } from "../support/printed.ts"
import { property } from "../support/property.ts"

const id = Job.JobId.make("1375367755519696896")
const link =
  "https://bucket.cos.ap-singapore.tencentcos.cn/3d/output/1/2_output.obj?q-sign-algorithm=sha1&q-ak=AKIDsecret" +
  "&q-sign-time=1775554903%3B1775641302&q-key-time=1775554903%3B1775641302&q-header-list=host&q-signature=53c4e7"

/** What of a printed link would grant access. */
const secretsIn = (text: string) => text.match(/q-signature|q-ak|AKIDsecret/g) ?? []

const decodeResponse = Schema.decodeUnknownEffect(Job.Response)
const read = (response: unknown) => Effect.map(decodeResponse(response), (decoded) => Job.fromResponse(id, decoded))
const readFile = (file: unknown) =>
  Effect.map(read({ Status: "DONE", RequestId: "r", ResultFile3Ds: [file] }), ({ files: [file] }) => {
    assert.isDefined(file)
    return file
  })

describe("fromResponse", () => {
  it.effect("keeps all fields of an answer", () =>
    Effect.gen(function* () {
      const job = yield* read({
        ErrorCode: "FailedOperation.ServerError",
        ErrorMessage: "no mesh",
        RequestId: "e7c1aa24-7bcc-405e-9dce-c6047b9f6688",
        ResultFile3Ds: [{ Type: "OBJ", Url: link, PreviewImageUrl: "https://bucket/preview.png" }, { Type: "GLB" }],
        Status: "FAIL"
      })
      assert.deepStrictEqual(
        job,
        new Job.Failed({
          id,
          status: "FAIL",
          errorCode: "FailedOperation.ServerError",
          errorMessage: "no mesh",
          files: [
            new Job.File3D({
              type: "OBJ",
              url: SignedLink.make(link),
              previewUrl: SignedLink.make("https://bucket/preview.png")
            }),
            new Job.File3D({ type: "GLB" })
          ],
          requestId: "e7c1aa24-7bcc-405e-9dce-c6047b9f6688",
          extra: {}
        })
      )
    })
  )

  it.effect("keeps fields that it does not know, of the answer and of each file", () =>
    Effect.gen(function* () {
      const job = yield* read({
        Status: "DONE",
        RequestId: "r",
        QueuePosition: 40,
        Details: `{"FaceCount":10}`,
        ResultFile3Ds: [{ Type: "GLB", FaceCount: 500_000, Sizes: [1, { MB: 20 }] }]
      })
      assert.deepStrictEqual(job.extra, { QueuePosition: 40, Details: `{"FaceCount":10}` })
      assert.deepStrictEqual(job.files[0]?.extra, { FaceCount: 500_000, Sizes: [1, { MB: 20 }] })
    })
  )

  it.effect.each<readonly [answer: object, credits: NonNullable<Job.Job["credits"]>]>([
    [{ ResultCreditConsumed: 20 }, { consumed: 20 }],
    [{ ResultCreditConsumed: 0, ResultCreditDetails: "" }, { consumed: 0 }],
    [
      { ResultCreditConsumed: 40, ResultCreditDetails: `{"FaceCount":10,"GenerateType-Normal":20,"Pbr":10}` },
      { consumed: 40, details: { FaceCount: 10, "GenerateType-Normal": 20, Pbr: 10 } }
    ],
    [
      { ResultCreditConsumed: 7, ResultCreditDetails: `{"Sculpture":7}` },
      { consumed: 7, details: { Sculpture: 7 } }
    ],
    [
      { ResultCreditConsumed: 20, ResultCreditDetails: "Generate-Normal：20" },
      { consumed: 20, details: "Generate-Normal：20" }
    ],
    [
      { ResultCreditConsumed: 20, ResultCreditDetails: `{"Pbr":{"Credits":20}}` },
      { consumed: 20, details: `{"Pbr":{"Credits":20}}` }
    ]
  ])("reads what a job cost: %j", ([answer, credits]) =>
    Effect.gen(function* () {
      const job = yield* read({ Status: "DONE", RequestId: "r", ...answer })
      assert.deepStrictEqual(job, new Job.Done({ id, requestId: "r", credits }))
    })
  )

  it.effect.each<Record<string, unknown>>([
    { ResultCreditConsumed: "40" },
    { ResultCreditConsumed: { Pbr: 10 }, ResultCreditDetails: null },
    { ResultCreditConsumed: 40, ResultCreditDetails: { Pbr: 10 } },
    { ResultCreditDetails: "Generate-Normal：20" }
  ])("keeps credits of an odd form as they are: %j", (answer) =>
    Effect.gen(function* () {
      const job = yield* read({ Status: "DONE", RequestId: "r", ...answer })
      assert.deepStrictEqual(job.extra, answer)
      assert.isUndefined(job.credits)
    })
  )

  it.effect.each<unknown>([
    { Status: "RUN", RequestId: "r" },
    {
      Status: "RUN",
      RequestId: "r",
      ErrorCode: null,
      ErrorMessage: null,
      ResultFile3Ds: null,
      ResultCreditConsumed: null,
      ResultCreditDetails: null
    },
    { Status: "RUN", RequestId: "r", ErrorCode: "", ErrorMessage: "", ResultFile3Ds: [], ResultCreditDetails: "" }
  ])("takes missing, null and empty fields for the same: %j", (response) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read(response), new Job.Running({ id, requestId: "r" }))
    })
  )

  it.effect.each<unknown>([{}, { Type: null, Url: null, PreviewImageUrl: null }, { Type: "", Url: "" }])(
    "takes missing, null and empty fields of a file for the same: %j",
    (file) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* readFile(file), new Job.File3D({}))
      })
  )

  it.effect.each([
    ["WAIT", "Waiting", false],
    ["RUN", "Running", false],
    ["DONE", "Done", true],
    ["FAIL", "Failed", true],
    ["PAUSED", "Unrecognized", false],
    ["done", "Unrecognized", false],
    ["", "Unrecognized", false],
    ["toString", "Unrecognized", false],
    ["__proto__", "Unrecognized", false]
  ] as const)("reads the status %j as %s (ended: %s)", ([Status, tag, ended]) =>
    Effect.gen(function* () {
      const job = yield* read({ Status, RequestId: "r" })
      assert.strictEqual(job._tag, tag)
      assert.strictEqual(job.status, Status)
      assert.strictEqual(Job.isEnded(job), ended)
    })
  )

  it.effect.each<unknown>([
    {},
    { Status: "RUN" },
    { RequestId: "r" },
    { Status: null, RequestId: "r" },
    { Status: 1, RequestId: "r" },
    { Status: "DONE", RequestId: "r", ResultFile3Ds: {} },
    { Status: "DONE", RequestId: "r", ResultFile3Ds: [null] },
    { Status: "DONE", RequestId: "r", ResultFile3Ds: [{ Url: 1 }] },
    null,
    [],
    "RUN"
  ])("refuses what is no answer to a query: %j", (response) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(read(response)))._tag, "SchemaError")
    })
  )

  const maybe = (value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 9, arbitrary: value }, jsonValue())
  const text = maybe(fc.constantFrom(null, "", "text", link))
  const response = maybe(
    fc
      .tuple(
        fc.record(
          {
            Status: maybe(fc.constantFrom("WAIT", "RUN", "DONE", "FAIL", "NEW")),
            RequestId: maybe(fc.string()),
            ErrorCode: text,
            ErrorMessage: text,
            ResultFile3Ds: maybe(fc.array(maybe(fc.record({ Type: text, Url: text, PreviewImageUrl: text })))),
            ResultCreditConsumed: maybe(fc.constantFrom(null, 0, 40)),
            ResultCreditDetails: maybe(fc.oneof(text, jsonText()))
          },
          { requiredKeys: ["Status", "RequestId"] }
        ),
        fc.dictionary(fc.oneof(key, fc.constant("__proto__")), jsonValue())
      )
      .map(([known, unknown]) => ({ ...unknown, ...known }))
  )
  property(
    "reads any JSON, or fails with a SchemaError",
    [response],
    (response) =>
      read(JSON.parse(JSON.stringify(response))).pipe(
        Effect.map((job) => {
          assert.strictEqual(job.id, id)
          assert.deepStrictEqual(secretsIn(printed(job)), [])
        }),
        Effect.catchTag("SchemaError", () => Effect.void)
      ),
    { runs: 500 }
  )
})

describe("expiresAt", () => {
  it.effect.each<object>([{ Url: link }, { Url: null }, { Url: "" }, {}])(
    "is the link's, or the preview's where there is no other: %j",
    (file) =>
      Effect.gen(function* () {
        const { expiresAt } = yield* readFile({ ...file, PreviewImageUrl: link })
        assert.strictEqual(expiresAt && DateTime.toEpochMillis(expiresAt), 1_775_641_302_000)
        assert.isUndefined((yield* readFile({ Type: "GLB" })).expiresAt)
      })
  )
})

describe("JobId", () => {
  it.effect.each(["1375367755519696896", "0000000000", "9".repeat(32)])("accepts %s", (text) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Schema.decodeUnknownEffect(Job.JobId)(text), text)
    })
  )

  it.effect.each<unknown>([
    1375367755519696,
    1375367755519696896n,
    "",
    "123456789",
    "9".repeat(33),
    " 1375367755519696896",
    "1375367755519696896\n",
    "-1375367755519696896",
    "1375367755519696896.0",
    "0x13753677555196968",
    "١٣٧٥٣٦٧٧٥٥٥١٩٦٩٦٨٩٦",
    "my-job",
    null,
    undefined,
    {},
    ["1375367755519696896"]
  ])("refuses %o", (value) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Schema.decodeUnknownEffect(Job.JobId)(value))
      assert.strictEqual(error._tag, "SchemaError")
    })
  )

  it.effect("says what it wants", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Schema.decodeUnknownEffect(Job.JobId)("my-job"))
      assert.include(error.message, "a JobId, which is a string of digits such as 1375367755519696896")
    })
  )
})

describe("storing", () => {
  const through = <S extends Schema.ConstraintCodec<unknown, unknown>>(schema: S, value: S["Type"]) =>
    Schema.encodeEffect(schema)(value).pipe(
      Effect.map((encoded) => JSON.parse(JSON.stringify(encoded))),
      Effect.flatMap(Schema.decodeUnknownEffect(schema))
    )

  const extra = fc.dictionary(key, jsonValue())
  const links = fc.option(fc.string().map(SignedLink.make), { nil: undefined })
  const file = fc.tuple(fc.option(fc.string(), { nil: undefined }), links, links, extra).map(
    ([type, url, previewUrl, extra]) =>
      new Job.File3D({
        ...(type === undefined ? {} : { type }),
        ...(url === undefined ? {} : { url }),
        ...(previewUrl === undefined ? {} : { previewUrl }),
        extra
      })
  )
  const credits = fc.record(
    {
      consumed: fc.double({ noNaN: true, noDefaultInfinity: true }),
      details: fc.oneof(fc.string(), fc.dictionary(key, fc.integer()))
    },
    { requiredKeys: ["consumed"] }
  )
  const jobId = fc.stringMatching(/^[0-9]{10,32}$/).map((text) => Job.JobId.make(text))
  const job = fc
    .tuple(
      fc.constantFrom(Job.Waiting, Job.Running, Job.Done, Job.Failed, Job.Unrecognized),
      fc.record(
        {
          id: jobId,
          status: fc.string(),
          errorCode: fc.string(),
          errorMessage: fc.string(),
          requestId: fc.string(),
          files: fc.array(file, { maxLength: 3 }),
          credits,
          extra
        },
        { requiredKeys: ["id", "status", "errorCode", "errorMessage", "requestId", "files", "extra"] }
      )
    )
    .map(([State, fields]) => new State(fields))

  property(
    "a job survives the way through JSON text",
    [job],
    Effect.fnUntraced(function* (job) {
      const again = yield* through(Job.Job, job)
      assert.strictEqual(again.constructor, job.constructor)
      // Compared as text, which has only one zero.
      const encode = Schema.encodeEffect(Job.Job)
      assert.strictEqual(JSON.stringify(yield* encode(again)), JSON.stringify(yield* encode(job)))
    }),
    { runs: 500 }
  )

  const ticket = fc
    .tuple(jobId, fc.string(), fc.string(), fc.option(fc.date({ noInvalidDate: true }), { nil: undefined }))
    .map(
      ([jobId, kind, region, submittedAt]) =>
        new Job.JobTicket({
          jobId,
          kind,
          region,
          ...(submittedAt === undefined ? {} : { submittedAt: DateTime.makeUnsafe(submittedAt) })
        })
    )

  property(
    "a ticket survives the way through JSON text",
    [ticket],
    Effect.fnUntraced(function* (ticket) {
      assert.deepStrictEqual(yield* through(Job.JobTicket, ticket), ticket)
    }),
    { runs: 500 }
  )

  it.effect("a job that the service answered keeps its whole links and its class", () =>
    Effect.gen(function* () {
      const job = yield* read({ Status: "DONE", RequestId: "r", ResultFile3Ds: [{ Type: "OBJ", Url: link }], New: [1] })
      const again = yield* through(Job.Job, job)
      assert.deepStrictEqual(again, job)
      assert.instanceOf(again, Job.Done)
      assert.instanceOf(again.files[0], Job.File3D)
      assert.strictEqual(again.files[0]?.url?.href, link)
    })
  )

  it.effect.each<readonly [where: string, file: object, answer: object]>([
    ["Url", { Url: link }, {}],
    ["PreviewImageUrl", { PreviewImageUrl: link }, {}],
    ["a field of a file that the library does not know", { Textures: [{ Link: link }] }, {}],
    ["a field of the answer that the library does not know", {}, { Details: JSON.stringify({ Link: link }) }]
  ])("a job that JSON.stringify wrote is refused, since its link is dead: %s", ([, file, answer]) =>
    Effect.gen(function* () {
      const job = yield* read({ Status: "DONE", RequestId: "r", ResultFile3Ds: [{ Type: "OBJ", ...file }], ...answer })
      assert.deepStrictEqual(yield* through(Job.Job, job), job)
      for (const schema of [Job.Job, Job.Done]) {
        const error = yield* Effect.flip(Schema.decodeUnknownEffect(schema)(JSON.parse(JSON.stringify(job))))
        assert.include(error.message, "store a job with Schema.encodeEffect(Job), not JSON.stringify")
      }
    })
  )

  it.effect("a job whose message quotes a dead link survives, as its own links are whole", () =>
    Effect.gen(function* () {
      const job = new Job.Failed({ id, errorMessage: `cannot read ${SignedLink.withoutQueries(link)}` })
      assert.deepStrictEqual(yield* through(Job.Job, job), job)
    })
  )

  property(
    "what JSON.stringify wrote of a job holds no query, and is the same job or none",
    [job, fc.string(), fc.constantFrom("url", "previewUrl", "extra of the file", "extra of the job")],
    Effect.fnUntraced(function* (job, text, place) {
      const secret = `https://host/a.glb?q-ak=${encodeURIComponent(text)}&q-signature=53c4e7`
      const link = SignedLink.make(secret)
      const file = {
        url: new Job.File3D({ url: link }),
        previewUrl: new Job.File3D({ previewUrl: link }),
        "extra of the file": new Job.File3D({ extra: { New: [secret] } }),
        "extra of the job": new Job.File3D({})
      }[place]
      const files = [...job.files, file]
      const extra = place === "extra of the job" ? { ...job.extra, New: { link: secret } } : job.extra
      const leaky = new Job.Done({ id: job.id, files, extra })
      assert.notInclude(printed(leaky), "q-signature")
      const exit = yield* Effect.exit(Schema.decodeUnknownEffect(Job.Job)(JSON.parse(JSON.stringify(leaky))))
      assert.isTrue(Exit.isFailure(exit))
    }),
    { runs: 100 }
  )

  it.effect("a ticket without a time of submission stays without", () =>
    Effect.gen(function* () {
      const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })
      assert.deepStrictEqual(yield* Schema.encodeEffect(Job.JobTicket)(ticket), {
        jobId: id,
        kind: "Pro",
        region: "ap-singapore"
      })
      assert.deepStrictEqual(yield* through(Job.JobTicket, ticket), ticket)
    })
  )
})

describe("printing", () => {
  const file = {
    Type: "OBJ",
    Url: link,
    PreviewImageUrl: link,
    TextureUrl: link,
    More: [{ Url: link }],
    Details: `{"Urls":["${link}","${link.replaceAll("&", "\\u0026")}"],"Note":"see ${link} or?"}`
  }

  it.effect("a file shows its links without what grants access", () =>
    Effect.gen(function* () {
      const text = printed(yield* readFile(file))
      assert.include(text, "https://bucket.cos.ap-singapore.tencentcos.cn/3d/output/1/2_output.obj?…")
      assert.deepStrictEqual(secretsIn(text), [])
    })
  )

  it.effect("a job shows its files' links without what grants access", () =>
    Effect.gen(function* () {
      const job = yield* read({ Status: "DONE", RequestId: "r", ResultFile3Ds: [file, file] })
      const text = printed(job) + printed(Job.Job.make(job)) + `${job.files}`
      assert.include(text, "2_output.obj?…")
      assert.deepStrictEqual(secretsIn(text), [])
    })
  )

  it.effect("a logged job shows its files' links without what grants access", () =>
    Effect.gen(function* () {
      const lines: Array<unknown> = []
      const keep = (...args: ReadonlyArray<unknown>) => void lines.push(...args)
      const keeping = { log: keep, info: keep, error: keep, group: keep, groupCollapsed: keep }
      const job = yield* read({ Status: "DONE", RequestId: "r", ResultFile3Ds: [file] })
      yield* Effect.log("job", job, job.files, { job }).pipe(
        Effect.annotateLogs({ job, file: job.files[0] }),
        Effect.provide(
          Logger.layer([
            Logger.map(Logger.formatSimple, keep),
            Logger.consoleLogFmt,
            Logger.consoleJson,
            Logger.consolePretty({ mode: "tty", colors: true }),
            Logger.consolePretty({ mode: "browser" }),
            Logger.consoleStructured
          ])
        ),
        Effect.provideService(Console.Console, { ...globalThis.console, ...keeping })
      )
      assert.isAbove(lines.length, 5)
      const text = lines.map(printed).join("\n")
      assert.include(text, "2_output.obj?…")
      assert.deepStrictEqual(secretsIn(text), [])
    })
  )
})
