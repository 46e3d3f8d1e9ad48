import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Random, Schema } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Kinds from "../../src/job/Kinds.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { anything, jsonText, jsonValue } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"
import {
  codeOf,
  host,
  json,
  look,
  query,
  send,
  signed,
  statusOf,
  submit,
  submitJob,
  unknownId,
  uuidForm
} from "./internal/fake/calls.ts"

describe("Answers of the fake", () => {
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
      const fields = Effect.fnUntraced(function* (id: string) {
        const { RequestId, ...rest } = yield* look(id)
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
      assert.deepStrictEqual(rest, { ErrorCode: "", ErrorMessage: "", ResultCreditConsumed: 25, Status: "DONE" })
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

  it.effect("every kind of job is submitted and queried by its own actions", () =>
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

describe("A kind of one's own", () => {
  const Own = JobKind.make({
    name: "Own",
    submit: "SubmitOwnJob",
    query: "QueryOwnJob",
    tasksAtOnce: 2,
    request: Schema.Struct({ Text: Schema.String })
  })
  const submitOwn = { action: Own.submit.action, body: `{"Text":"a cat"}` }

  /** From the submit to the bytes of the result. */
  const wholeJob = Effect.gen(function* () {
    const { JobId } = yield* send(submitOwn)
    const queryOwn = { action: Own.query.action, body: JSON.stringify({ JobId }) }
    assert.strictEqual((yield* send(queryOwn)).Status, "RUN")
    yield* TestClock.adjust("1 minute")
    const { Status, ResultFile3Ds } = yield* send(queryOwn)
    assert.strictEqual(Status, "DONE")
    const response = yield* HttpClient.get(String(ResultFile3Ds[0].Url))
    assert.match(yield* response.text, /^glTF/)
    assert.strictEqual((yield* (yield* Fake.Fake).jobs)[0]?.kind, "Own")
  })

  it.effect("the fake takes a kind that is provided beneath its layer", () =>
    Effect.provide(wholeJob, Fake.layer({ run: "1 minute" }).pipe(Layer.provide(Kinds.layer([Own]))))
  )

  it.effect("the fake takes a kind that is provided around the call", () =>
    wholeJob.pipe(Effect.provide(Kinds.layer([Own])), Effect.provide(Fake.layer({ run: "1 minute" })))
  )

  it.effect("the fake refuses a kind that it does not know, and says how to provide it", () =>
    Effect.gen(function* () {
      const { Error } = yield* send(submitOwn)
      assert.strictEqual(Error.Code, "InvalidAction")
      assert.include(Error.Message, "action SubmitOwnJob")
      assert.include(Error.Message, "Kinds.layer([kind])")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the fake checks the parameters of a kind by its schema", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* codeOf({ ...submitOwn, body: `{"Txt":"a cat"}` }), "UnknownParameter")
    }).pipe(Effect.provide(Fake.layer()), Effect.provide(Kinds.layer([Own])))
  )

  it.effect("the fake takes the version of a kind's product, and whatever region it is called in", () => {
    const product = { host: "other.tencentcloudapi.com", service: "other", version: "2026-01-01" }
    const Other = JobKind.make({
      name: "Other",
      submit: "SubmitOtherJob",
      query: "QueryOtherJob",
      product,
      request: Schema.Struct({})
    })
    const sent = {
      action: Other.submit.action,
      body: "{}",
      host: product.host,
      service: product.service,
      headers: { "x-tc-version": product.version, "x-tc-region": "ap-guangzhou" }
    }
    return Effect.gen(function* () {
      assert.strictEqual(yield* codeOf(sent), "OK")
      const { Error } = yield* send({ ...sent, headers: { ...sent.headers, "x-tc-version": "2023-09-01" } })
      assert.deepInclude(Error, { Code: "NoSuchVersion", Message: "The version must be 2026-01-01." })
    }).pipe(Effect.provide(Fake.layer().pipe(Layer.provide(Kinds.layer([Other])))))
  })

  it.effect("a kind has as many task slots as it says", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 3; i++) yield* send(submitOwn)
      const jobs = yield* (yield* Fake.Fake).jobs
      assert.deepStrictEqual(
        jobs.map((job) => job.status),
        ["RUN", "RUN", "WAIT"]
      )
    }).pipe(Effect.provide(Fake.layer().pipe(Layer.provide(Kinds.layer([Own])))))
  )

  it.effect("a changed kind shares the task slots of the kind whose name it has", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const ProOfTen = { ...JobKind.Pro, tasksAtOnce: 10 }
      const running = Effect.map(fake.jobs, (jobs) => jobs.filter((job) => job.status === "RUN").length)
      for (let i = 0; i < 5; i++) yield* fake.job({ run: "Infinity" })
      assert.strictEqual(yield* running, 3)
      yield* Effect.provide(send({ action: submit, body: `{"Prompt":"a cat"}` }), Kinds.layer([ProOfTen]))
      assert.strictEqual(yield* running, 6)
      for (let i = 0; i < 9; i++) yield* fake.job({ kind: ProOfTen, run: "Infinity" })
      assert.strictEqual(yield* running, 10)
      assert.deepStrictEqual(new Set((yield* fake.jobs).map((job) => job.kind)), new Set(["Pro"]))
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a job of a changed kind is found by the kind whose name it has", () =>
    Effect.gen(function* () {
      const id = yield* (yield* Fake.Fake).job({ kind: { ...JobKind.Pro, tasksAtOnce: 10 } })
      assert.strictEqual(yield* statusOf(id), "RUN")
    }).pipe(Effect.provide(Fake.layer()))
  )
})

describe("The handle on the fake", () => {
  it.effect("the handle ends jobs, whatever state they are in, and gives their task slots to the next", () =>
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

  it.effect("the handle dies when a job that is not there is to be ended", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const exit = yield* Effect.exit(fake.complete(unknownId))
      assert.strictEqual(exit._tag, "Failure")
      assert.include(String(exit), unknownId)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the handle lists what arrived and what it was answered", () =>
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

  it.effect("the handle keeps the last 1000 requests, and 64 KiB of each body", () =>
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

  it.effect("a reset starts over with the jobs of the options", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.complete(unknownId)
      yield* fake.job()
      yield* fake.fault("dropped")
      for (let i = 0; i < 25; i++) yield* Effect.exit(codeOf())
      yield* fake.fault("dropped")
      yield* fake.reset
      assert.deepStrictEqual(yield* fake.requests, [])
      assert.deepStrictEqual(
        (yield* fake.jobs).map(({ id, kind, region, status }) => ({ id, kind, region, status })),
        [{ id: Job.JobId.make(unknownId), kind: "Pro", region: "ap-singapore", status: "RUN" }]
      )
      assert.strictEqual(yield* codeOf(), "OK")
    }).pipe(Effect.provide(Fake.layer({ jobs: [{ id: unknownId }] })))
  )

  it.effect("the handle is of the fake that the client in the same layer talks to, and of no other", () =>
    Effect.gen(function* () {
      const other = yield* Effect.provide(Fake.Fake, yield* Layer.build(Layer.fresh(Fake.layer())))
      yield* submitJob
      assert.strictEqual((yield* Effect.flatMap(Fake.Fake, (fake) => fake.jobs)).length, 1)
      assert.strictEqual((yield* other.jobs).length, 0)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a fake inside of another is a fake of its own, its client too", () =>
    Effect.gen(function* () {
      const jobs = Effect.flatMap(Fake.Fake, (fake) => fake.jobs)
      const inside = yield* Effect.provide(Effect.andThen(submitJob, jobs), Fake.layer())
      assert.strictEqual(inside.length, 1)
      assert.strictEqual((yield* jobs).length, 0)
    }).pipe(Effect.provide(Fake.layer()))
  )
})

describe("Chance in the fake", () => {
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

describe("Any bytes that are sent to the fake", () => {
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
    }).pipe(Effect.provide(Fake.layer()))

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

  property(
    "any bytes as method, URL, headers and body get an answer",
    [
      fc.oneof(fc.constantFrom("GET", "HEAD", "POST", "PUT"), text),
      fc.oneof(
        text,
        fc.webUrl(),
        fc.tuple(text, text).map(([path, query]) => `/3d/output/${path}?${query}`)
      ),
      fc.array(fc.tuple(fc.oneof(header, text), text)),
      fc.uint8Array({ maxLength: 300 })
    ],
    (method, url, headers, body) => {
      const { empty } = HttpClientRequest
      const sent = HttpClientRequest.setHeaders(empty, headers).headers
      return answered(
        HttpClientRequest.makeWith(
          method,
          `https://${host}/`,
          empty.urlParams,
          empty.hash,
          sent,
          HttpBody.uint8Array(body)
        ),
        url
      )
    },
    { runs: 1000 }
  )

  const body = fc.oneof(
    jsonText(),
    fc
      .dictionary(fc.oneof(fc.constantFrom("JobId", "Prompt", "File", "File3D", "ImageUrl", "Url"), text), jsonValue())
      .map((value) => JSON.stringify(value)),
    fc.uint8Array({ maxLength: 50 })
  )
  const actions = JobKind.all.flatMap((kind) => [kind.submit.action, kind.query.action])

  property(
    "any bytes in a request that is correctly signed get an answer",
    [fc.constantFrom(...actions), body],
    (action, body) => Effect.flatMap(signed({ action, body }), (request) => answered(request)),
    { runs: 1000 }
  )

  property(
    "a body that cannot be read gets an answer",
    [anything()],
    (body) => answered(HttpClientRequest.setBody(HttpClientRequest.post(`https://${host}/`), HttpBody.raw(body))),
    { runs: 500 }
  )
})

it("a web handler serves the fake", async () => {
  const { handler, dispose } = HttpEffect.toWebHandlerLayer(Fake.httpApp, Fake.layerHandle())
  const get = await handler(new Request("http://127.0.0.1/"))
  assert.match(await get.text(), /UnsupportedProtocol/)
  const post = await handler(new Request("http://127.0.0.1/", { method: "POST" }))
  assert.match(await post.text(), /AuthFailure.InvalidAuthorization/)
  const file = await handler(new Request("http://127.0.0.1/3d/output/100000000001/x", { method: "HEAD" }))
  assert.strictEqual(file.status, 404)
  await dispose()
})
