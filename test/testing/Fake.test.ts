import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Random } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import * as model from "../../src/testing/internal/fake/jobs.ts"
import { anything, jsonText, jsonValue } from "../support/arbitraries.ts"
import {
  host,
  query,
  submit,
  unknownId,
  uuidForm,
  signed,
  json,
  codeOf,
  look,
  statusOf,
  submitJob,
  App
} from "./fakeCalls.ts"

describe("answers", () => {
  it.effect("a submit answers with a JobId of 19 digits that no number can hold", () =>
    Effect.gen(function* () {
      const response = yield* submitJob
      assert.deepStrictEqual(Object.keys(response).toSorted(), ["JobId", "RequestId"])
      assert.match(response.JobId, /^[1-9][0-9]{18}$/)
      assert.isAbove(Number(response.JobId), 2 ** 53)
      assert.match(response.RequestId, uuidForm)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a query answers with the four documented fields, and with files and credits when the job is done", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ wait: "10 seconds", run: "20 seconds" })
      const failing = yield* fake.job({ run: "5 seconds", outcome: { code: "FailedOperation.X", message: "no luck" } })
      const unsettled = (Status: string) => ({ ErrorCode: "", ErrorMessage: "", ResultFile3Ds: [], Status })
      const fields = Effect.fnUntraced(function* (asked: string) {
        const { RequestId, ...rest } = yield* look(asked)
        assert.match(RequestId, uuidForm)
        return rest
      })
      assert.deepStrictEqual(yield* fields(id), unsettled("WAIT"))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* fields(id), unsettled("RUN"))
      assert.deepStrictEqual(yield* fields(failing), {
        ErrorCode: "FailedOperation.X",
        ErrorMessage: "no luck",
        ResultFile3Ds: [],
        Status: "FAIL"
      })
      yield* TestClock.adjust("20 seconds")
      const { ResultFile3Ds, ...rest } = yield* fields(id)
      assert.deepStrictEqual(rest, { ErrorCode: "", ErrorMessage: "", ResultCreditConsumed: 20, Status: "DONE" })
      assert.strictEqual(ResultFile3Ds.length, 1)
      assert.deepStrictEqual(Object.keys(ResultFile3Ds[0]), ["Type", "Url", "PreviewImageUrl"])
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a refusal has status 200, the error envelope, and the date of the service's clock", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22, 8, 49, 37))
      const response = yield* Effect.flatMap(signed({}), HttpClient.execute)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers["content-type"], "application/json")
      assert.strictEqual(response.headers["date"], "Sun, 22 Nov 2026 08:49:37 GMT")
      const { Response } = yield* json(response)
      assert.deepStrictEqual(Object.keys(Response), ["Error", "RequestId"])
      assert.deepStrictEqual(Object.keys(Response.Error), ["Code", "Message"])
      assert.strictEqual(Response.Error.Code, "FailedOperation.JobNotFound")
      assert.include(Response.Error.Message, unknownId)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("every kind of job can be submitted to and asked for by its own actions", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (const kind of JobKind.all) {
        // An empty request breaks a rule of every kind, which tells that the action is known.
        const refused = yield* codeOf({ action: kind.submit.action, body: "{}" })
        assert.match(refused, /^(MissingParameter|InvalidParameterValue)$/, kind.name)
        const id = yield* fake.job({ kind })
        assert.strictEqual(yield* codeOf({ action: kind.query.action, body: JSON.stringify({ JobId: id }) }), "OK")
      }
    }).pipe(Effect.provide(Fake.layer()))
  )
})

describe("jobs", () => {
  it.effect("three run at once and the fourth starts when one ends", () =>
    Effect.gen(function* () {
      const ids: Array<string> = []
      for (let i = 0; i < 4; i++) ids.push((yield* submitJob).JobId)
      const statuses = Effect.all(ids.map(statusOf))
      assert.deepStrictEqual(yield* statuses, ["RUN", "RUN", "RUN", "WAIT"])
      yield* TestClock.adjust("59999 millis")
      assert.deepStrictEqual(yield* statuses, ["RUN", "RUN", "RUN", "WAIT"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "RUN"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "DONE"])
    }).pipe(Effect.provide(Fake.layer({ run: "1 minute" })))
  )

  it("slots are given first come first served, as a second-by-second account of them says", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            gap: fc.nat(12),
            run: fc.integer({ min: 1, max: 30 }),
            endedAfter: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined })
          }),
          { minLength: 1, maxLength: 9 }
        ),
        (plan) => {
          let time = 0
          const jobs = plan.map(({ gap, run, endedAfter }) => {
            time += gap
            return { arrives: time, run, endsBy: endedAfter === undefined ? Infinity : time + endedAfter }
          })
          const horizon = time + plan.length * 30
          const program = Effect.gen(function* () {
            const fake = yield* Fake.Fake
            const ids: Array<string> = []
            const ends: Array<number> = []
            const expected = jobs.map(() => "WAIT")
            for (let now = 0; now <= horizon; now++) {
              for (const job of jobs) {
                if (job.arrives === now) ids.push(yield* fake.job({ run: Duration.seconds(job.run) }))
              }
              for (const [i, id] of ids.entries()) {
                if (expected[i] === "RUN" && now === ends[i]) expected[i] = "DONE"
                if (jobs[i]?.endsBy === now) {
                  yield* fake.complete(id)
                  expected[i] = "DONE"
                }
              }
              for (const i of ids.keys()) {
                if (expected[i] === "WAIT" && expected.filter((status) => status === "RUN").length < 3) {
                  expected[i] = "RUN"
                  ends[i] = now + (jobs[i]?.run ?? 0)
                }
              }
              const seen = (yield* fake.jobs).map((job) => job.status)
              assert.deepStrictEqual<ReadonlyArray<string>>(seen, expected.slice(0, ids.length), `at ${now} s`)
              yield* TestClock.adjust("1 second")
            }
          })
          return program.pipe(Effect.provide(Fake.layer()), Effect.provide(TestClock.layer()), Effect.runPromise)
        }
      ),
      { numRuns: 100 }
    ))

  it.effect("kinds have slots of their own, as many as the kind says", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (const kind of JobKind.all) {
        for (let i = 0; i <= kind.tasksAtOnce; i++) yield* fake.job({ kind })
      }
      const jobs = yield* fake.jobs
      for (const kind of JobKind.all) {
        const statuses = jobs.filter((job) => job.kind === kind.name).map((job) => job.status)
        assert.deepStrictEqual(statuses, [...Array.from({ length: kind.tasksAtOnce }, () => "RUN" as const), "WAIT"])
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("with slotsFull: refuse, a submit without a free slot is refused and makes no job", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const submission = { action: submit, body: `{"Prompt":"a cat"}` }
      for (let i = 0; i < 3; i++) assert.strictEqual(yield* codeOf(submission), "OK")
      assert.strictEqual(yield* codeOf(submission), "RequestLimitExceeded.JobNumExceed")
      assert.strictEqual((yield* fake.jobs).length, 3)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* codeOf(submission), "OK")
    }).pipe(Effect.provide(Fake.layer({ slotsFull: "refuse", run: "10 seconds" })))
  )

  it.effect("a job that waits by itself holds up no other", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 5; i++) yield* fake.job({ wait: "Infinity" })
      const id = yield* fake.job({ run: "1 second" })
      assert.strictEqual(yield* statusOf(id), "RUN")
      const waiting = yield* fake.job({ wait: "2 seconds", run: "1 second" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(waiting), "WAIT")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(waiting), "RUN")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it("a job runs for 60 to 180 seconds unless it is told otherwise", () => {
    const drawn = (chance: number) =>
      model.makeJobs({}).add({}, 0, { nextDoubleUnsafe: () => chance, nextIntUnsafe: () => 0 })
    assert.strictEqual(drawn(0).endsAt, 60_000)
    assert.strictEqual(drawn(0.5).endsAt, 120_000)
    assert.strictEqual(drawn(1 - Number.EPSILON).endsAt, 180_000)
  })

  it.effect("a job that never ends gives its slot back when its id expires", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 3; i++) yield* fake.job({ run: "Infinity" })
      yield* TestClock.adjust("1 hour")
      const id = yield* fake.job()
      yield* TestClock.adjust(Duration.millis(23 * 3_600_000 - 1))
      assert.strictEqual(yield* statusOf(id), "WAIT")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* statusOf(id), "RUN")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("an id is forgotten after 24 hours", () =>
    Effect.gen(function* () {
      const id = (yield* submitJob).JobId
      yield* TestClock.adjust(Duration.millis(86_400_000 - 1))
      assert.strictEqual(yield* statusOf(id), "DONE")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* statusOf(id), "FailedOperation.JobNotFound")
      assert.deepStrictEqual(yield* Effect.flatMap(Fake.Fake, (fake) => fake.jobs), [])
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("an id is known only in the region of its submit, and to the query of its kind", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({ JobId: (yield* submitJob).JobId })
      const elsewhere = { body, headers: { "x-tc-region": "na-siliconvalley" } }
      assert.strictEqual(yield* codeOf(elsewhere), "FailedOperation.JobNotFound")
      assert.strictEqual(yield* codeOf({ body, action: JobKind.Rapid.query.action }), "FailedOperation.JobNotFound")
      assert.strictEqual(yield* codeOf({ body }), "OK")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("jobs can be there from the start, so that a test has only to wait", () => {
    const id = Job.JobId.make(unknownId)
    const rapid = new Job.JobTicket({
      jobId: Job.JobId.make("42".padEnd(19, "0")),
      kind: "Rapid",
      region: "na-siliconvalley"
    })
    return Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const done = yield* Effect.forkChild(jobs.wait(id))
      const failed = yield* Effect.forkChild(Effect.flip(jobs.wait(rapid)))
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* Fiber.join(done)).files.length, 1)
      const error = yield* Fiber.join(failed)
      if (error._tag !== "JobFailed") return assert.fail(error._tag)
      assert.strictEqual(error.job.errorCode, "FailedOperation.InnerError")
    }).pipe(
      Effect.provide(
        App.pipe(
          Layer.provide(
            Fake.layer({
              jobs: [
                { id, run: "90 seconds" },
                {
                  id: rapid.jobId,
                  kind: JobKind.Rapid,
                  region: rapid.region,
                  outcome: { code: "FailedOperation.InnerError", message: "no luck" }
                }
              ]
            })
          )
        )
      )
    )
  })

  it.effect("an id that is no string of digits is a bug of the test, and dies", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Layer.build(Fake.layer({ jobs: [{ id: "mine" }] })))
      assert.strictEqual(exit._tag, "Failure")
    })
  )

  it("a job is dropped from memory when neither its id nor its files are valid any more", () => {
    const random: Random.Random = { nextDoubleUnsafe: () => 0.5, nextIntUnsafe: () => 0 }
    const jobs = model.makeJobs({ run: "1 hour" })
    const job = jobs.add({}, 0, random)
    const neverRuns = jobs.add({ wait: "Infinity" }, 0, random)
    assert.notStrictEqual(neverRuns.id, job.id)
    jobs.add({ id: "1111111111" }, 24 * 3_600_000, random)
    assert.strictEqual(jobs.find(job.id, 24 * 3_600_000), undefined)
    assert.strictEqual(jobs.findByFile(job.file), job)
    jobs.add({ id: "2222222222" }, 25 * 3_600_000, random)
    assert.notStrictEqual(jobs.findByFile(job.file), job)
    assert.notStrictEqual(jobs.findByFile(job.file), neverRuns)
  })
})

describe("the handle", () => {
  it.effect("ends jobs, whatever state they are in, and gives their slots to the next", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const ids: Array<Job.JobId> = []
      for (let i = 0; i < 6; i++) ids.push(yield* fake.job({ run: "Infinity" }))
      const [first = "", second = "", , fourth = "", , last = ""] = ids
      const statuses = Effect.map(fake.jobs, (jobs) => jobs.map((job) => job.status))
      assert.deepStrictEqual(yield* statuses, ["RUN", "RUN", "RUN", "WAIT", "WAIT", "WAIT"])
      yield* fake.complete(first)
      assert.deepStrictEqual(yield* statuses, ["DONE", "RUN", "RUN", "RUN", "WAIT", "WAIT"])
      yield* fake.fail(last, { code: "FailedOperation.Cancelled", message: "" })
      yield* fake.fail(second, { code: "FailedOperation.InnerError", message: "no luck" })
      assert.deepStrictEqual(yield* statuses, ["DONE", "FAIL", "RUN", "RUN", "RUN", "FAIL"])
      yield* fake.complete(second)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* statuses, ["DONE", "FAIL", "RUN", "RUN", "RUN", "FAIL"])
      assert.strictEqual((yield* look(second)).ErrorCode, "FailedOperation.InnerError")
      assert.strictEqual(yield* statusOf(fourth), "RUN")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("dies when a job that is not there is to be ended", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const exit = yield* Effect.exit(fake.complete(unknownId))
      assert.strictEqual(exit._tag, "Failure")
      assert.include(String(exit), unknownId)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("lists what arrived and what it was answered", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* TestClock.adjust("7 seconds")
      yield* submitJob
      yield* fake.fault("badGateway")
      yield* Effect.flatMap(signed({}), HttpClient.execute)
      yield* HttpClient.get("https://x.cos.ap-singapore.tencentcos.cn/3d/output/1/a.glb?x=y")
      const [first, second, third] = yield* fake.requests
      assert.strictEqual(first?.receivedAt.epochMilliseconds, 7000)
      assert.deepInclude(first, { method: "POST", url: "/", action: submit, body: `{"Prompt":"a cat"}` })
      assert.deepInclude(first, { status: 200, code: undefined, fault: undefined })
      assert.match(first?.headers["authorization"] ?? "", /^TC3-HMAC-SHA256 Credential=AKIDFAKE/)
      assert.deepInclude(second, { action: query, status: 502, code: undefined, fault: "badGateway" })
      assert.deepInclude(third, { action: undefined, url: "/3d/output/1/a.glb?x=y", body: "" })
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("keeps the last 1000 requests, and 64 KiB of each body", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const client = yield* HttpClient.HttpClient
      for (let i = 0; i < 1005; i++) yield* client.get(`https://${host}/${i}`)
      yield* client.post(`https://${host}/last`, { body: HttpBody.text("x".repeat(100_000)) })
      const requests = yield* fake.requests
      assert.strictEqual(requests.length, 1000)
      assert.strictEqual(requests[0]?.url, "/6")
      assert.strictEqual(requests[999]?.body.length, 65_536)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("starts over with the jobs it was set up with", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.complete(unknownId)
      yield* fake.job()
      yield* fake.fault("dropped")
      for (let i = 0; i < 25; i++) yield* Effect.exit(codeOf())
      yield* fake.fault("dropped")
      yield* fake.reset
      assert.deepStrictEqual(yield* fake.requests, [])
      assert.deepStrictEqual(yield* fake.jobs, [
        { id: Job.JobId.make(unknownId), kind: "Pro", region: "ap-singapore", status: "RUN" }
      ])
      assert.strictEqual(yield* codeOf(), "OK")
    }).pipe(Effect.provide(Fake.layer({ jobs: [{ id: unknownId }] })))
  )

  it.effect("is of the model that the client in the same layer talks to, and of no other", () =>
    Effect.gen(function* () {
      const other = yield* Effect.provide(Fake.Fake, yield* Layer.build(Layer.fresh(Fake.layer())))
      yield* submitJob
      assert.strictEqual((yield* Effect.flatMap(Fake.Fake, (fake) => fake.jobs)).length, 1)
      assert.strictEqual((yield* other.jobs).length, 0)
    }).pipe(Effect.provide(Fake.layer()))
  )
})

describe("chance", () => {
  const run = (seed: string) =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const texts: Array<string> = []
      for (let i = 0; i < 50; i++) {
        const request = yield* i % 5 === 0 ? signed({ action: submit, body: `{"Prompt":"a cat"}` }) : signed({})
        const answer = yield* Effect.exit(Effect.flatMap(HttpClient.execute(request), (response) => response.text))
        texts.push(answer._tag === "Success" ? answer.value : "failed")
        yield* TestClock.adjust("20 seconds")
      }
      return { texts, jobs: yield* fake.jobs }
    }).pipe(
      Effect.provide(Fake.layer({ faults: [{ fault: "dropped", rate: 0.2 }] })),
      Effect.provide(TestClock.layer()),
      Random.withSeed(seed)
    )

  it.effect("the same seed gives the same run, and another seed another", () =>
    Effect.gen(function* () {
      const first = yield* run("a")
      assert.deepStrictEqual(yield* run("a"), first)
      assert.notDeepEqual(yield* run("b"), first)
      assert.include(first.texts, "failed")
    })
  )
})

describe("any bytes", () => {
  /** The answer, which is an envelope or the storage's XML with one of a few statuses. */
  const answered = (request: HttpClientRequest.HttpClientRequest, url?: string) =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const received = HttpServerRequest.fromClientRequest(request)
      const response = yield* fake.answer(
        url === undefined ? received : received.modify({ url }),
        "https://files.example"
      )
      if (response.body._tag !== "Uint8Array") return assert.strictEqual(request.method, "HEAD")
      const text = new TextDecoder().decode(response.body.body)
      if (response.headers["content-type"] === "application/xml") {
        assert.include([403, 404, 416], response.status)
        assert.match(text, /^<\?xml/)
      } else {
        assert.strictEqual(response.status, 200)
        const { Response } = JSON.parse(text)
        assert.match(Response.RequestId, uuidForm)
        if (Response.Error !== undefined) assert.match(Response.Error.Code, /^[A-Z]\w+(\.\w+)?$/)
      }
    }).pipe(Effect.provide(Fake.layer()), Effect.provide(TestClock.layer()))

  const text = fc.string({ unit: "binary" })
  const header = fc.constantFrom(
    "authorization",
    "content-type",
    "content-length",
    "host",
    "range",
    "if-range",
    "x-tc-action",
    "x-tc-timestamp",
    "x-tc-content-sha256"
  )

  it("as method, URL, headers and body get an answer", () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom("GET", "HEAD", "POST", "PUT"), text),
        fc.oneof(
          text,
          fc.webUrl(),
          fc.tuple(text, text).map(([path, query]) => `/3d/output/${path}?${query}`)
        ),
        fc.array(fc.tuple(fc.oneof(header, text), text)),
        fc.uint8Array({ maxLength: 300 }),
        (method, url, headers, body) =>
          Effect.runPromise(
            answered(
              HttpClientRequest.makeWith(
                method,
                `https://${host}/`,
                HttpClientRequest.empty.urlParams,
                HttpClientRequest.empty.hash,
                HttpClientRequest.setHeaders(HttpClientRequest.empty, headers).headers,
                HttpBody.uint8Array(body)
              ),
              url
            )
          )
      ),
      { numRuns: 3000 }
    ))

  const json = fc.oneof(
    jsonText(),
    fc
      .dictionary(fc.oneof(fc.constantFrom("JobId", "Prompt", "File", "File3D", "ImageUrl", "Url"), text), jsonValue())
      .map((value) => JSON.stringify(value)),
    fc.uint8Array({ maxLength: 50 })
  )
  const actions = JobKind.all.flatMap((kind) => [kind.submit.action, kind.query.action])

  it("in a request that is correctly signed get an answer", () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...actions), json, (action, body) =>
        signed({ action, body }).pipe(Effect.flatMap(answered), Effect.provide(TestClock.layer()), Effect.runPromise)
      ),
      { numRuns: 3000 }
    ))

  it("that a body cannot even be read from get an answer", () =>
    fc.assert(
      fc.asyncProperty(anything(), (body) =>
        Effect.runPromise(
          answered(HttpClientRequest.setBody(HttpClientRequest.post(`https://${host}/`), HttpBody.raw(body)))
        )
      ),
      { numRuns: 500 }
    ))
})
