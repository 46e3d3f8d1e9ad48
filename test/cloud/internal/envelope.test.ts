import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { readAnswer } from "../../../src/cloud/internal/envelope.ts"
import * as Job from "../../../src/job/Job.ts"
import * as JobKind from "../../../src/job/JobKind.ts"
import { jsonText, jsonValue } from "../../support/arbitraries.ts"
import { printed } from "../../support/printed.ts"
import { property } from "../../support/property.ts"
import { Query, Submit } from "../../support/wire.ts"

const Look = { ...Query, output: Job.Response }
const read = (text: string, status = 200) => readAnswer(Query, "ap-singapore", { status, text })
const failureOf = (text: string, status?: number) => Result.getOrThrow(Result.flip(read(text, status)))

/** An answer with a field that is nested so deep. */
const nested = (depth: number, innermost = "") =>
  `{"Response":{"Status":"RUN","RequestId":"r","New":${"[".repeat(depth)}${innermost}${"]".repeat(depth)}}}`

describe("an answer", () => {
  it("is what stands under Response, read by the operation's schema", () => {
    const text = JSON.stringify({ Response: { Status: "RUN", RequestId: "r", New: [1] }, Beside: 1 })
    assert.deepStrictEqual(read(text), Result.succeed({ Status: "RUN" }))
    assert.deepStrictEqual(
      readAnswer(Look, "ap-singapore", { status: 200, text }),
      Result.succeed({ Status: "RUN", RequestId: "r", New: [1] })
    )
  })

  it("needs no RequestId where the operation does without one", () => {
    assert.deepStrictEqual(read(`{"Response":{"Status":"RUN"}}`), Result.succeed({ Status: "RUN" }))
  })

  it.each(["null", "{}"])("with Error: %s is no refusal", (error) => {
    assert.deepStrictEqual(read(`{"Response":{"Status":"RUN","Error":${error}}}`), Result.succeed({ Status: "RUN" }))
  })

  it("with RequestId: null is one without", () => {
    assert.deepStrictEqual(read(`{"Response":{"Status":"RUN","RequestId":null}}`), Result.succeed({ Status: "RUN" }))
  })

  it.each([
    ["a lone surrogate", `{"Response":{"Status":"\\ud800"}}`, "\ud800"],
    ["keys of Object.prototype", `{"Response":{"Status":"RUN","__proto__":{"Error":1},"toString":1}}`, "RUN"]
  ])("with %s is read", (_, text, Status) => {
    assert.deepStrictEqual(read(text), Result.succeed({ Status }))
  })

  it.each([200, 204, 302, 400, 500, 502])("with status %s is read all the same", (status) => {
    assert.deepStrictEqual(read(`{"Response":{"Status":"RUN"}}`, status), Result.succeed({ Status: "RUN" }))
  })
})

describe("a refusal", () => {
  const refusal = (Code: string, Message: unknown = "said") =>
    JSON.stringify({ Response: { Error: { Code, Message }, RequestId: "e7c1aa24" } })

  it.each([200, 400, 500])("with status %s is sorted by its code, and keeps its request id", (status) => {
    const { reason, requestId } = failureOf(refusal("InvalidParameter"), status)
    assert.strictEqual(reason._tag, "InvalidRequest")
    assert.strictEqual(reason.code, "InvalidParameter")
    assert.strictEqual(requestId, "e7c1aa24")
  })

  it.each([null, undefined])("without a message (%s) is still sorted", (Message) => {
    const { reason } = failureOf(JSON.stringify({ Response: { Error: { Code: "InternalError", Message } } }))
    assert.strictEqual(reason._tag, "Server")
    assert.include(reason.message, "(InternalError: no message)")
  })

  it("keeps no query of a link that its message quotes", () => {
    const { reason } = failureOf(
      refusal("FailedOperation.DownloadError", "cannot read https://a/b.glb?q-signature=1 now")
    )
    assert.include(reason.message, "cannot read https://a/b.glb?… now")
  })

  it("that names no job names the region that it was looked for in", () => {
    const { reason } = failureOf(refusal("FailedOperation.JobNotFound"))
    assert.strictEqual(reason._tag === "NotFound" && reason.region, "ap-singapore")
  })

  it.each(["RequestLimitExceeded", "RequestLimitExceeded.JobNumExceed", "InvalidParameter"])(
    "with FailedOperation.InnerError is sorted by %s in its message for a query, and never for a submission",
    (code) => {
      const answer = { status: 200, text: refusal("FailedOperation.InnerError", `code: ${code}, message: no`) }
      const query = Result.getOrThrow(Result.flip(readAnswer(Query, "ap-singapore", answer)))
      assert.strictEqual(query.reason._tag, failureOf(refusal(code)).reason._tag)
      const submission = Result.getOrThrow(Result.flip(readAnswer(Submit, "ap-singapore", answer)))
      assert.strictEqual(submission.reason._tag, "Other")
      assert.isTrue(submission.reason.mayHaveRun)
    }
  )
})

describe("what is no answer of the API", () => {
  it.each([
    ["nothing", ""],
    ["white space", " \n"],
    ["{}", "{}"],
    ["null", "null"],
    ["an array", `[{"Response":{}}]`],
    ["a number", "1"],
    ["Response: null", `{"Response":null}`],
    ["Response: an array", `{"Response":[]}`],
    ["an empty Response", `{"Response":{}}`],
    ["an error without a code", `{"Response":{"Error":{"Message":"said"}}}`],
    ["a code that is a number", `{"Response":{"Error":{"Code":1,"Message":"said"}}}`],
    ["half of an answer", `{"Response":{"Status":"RUN","Req`],
    ["a page of HTML", "<html>502 Bad Gateway</html>"],
    ["a field of another type", `{"Response":{"Status":1,"RequestId":"e7c1aa24"}}`]
  ])("(%s) is a MalformedResponse that says what is wrong in one line", (_, text) => {
    const { reason } = failureOf(text, 502)
    assert.strictEqual(reason._tag, "MalformedResponse")
    assert.match(reason.message, /^The answer \(HTTP 502\) is not one of the API: .+\. Check /)
    assert.notInclude(reason.message, "\n")
  })

  it("keeps its request id where it has one", () => {
    assert.strictEqual(failureOf(`{"Response":{"Status":1,"RequestId":"e7c1aa24"}}`).requestId, "e7c1aa24")
  })

  const link = "https://bucket/a.glb?q-signature=53c4e7"
  it.each([link, { Response: link }, { Response: { Status: [link] } }, { Response: { Error: link } }])(
    "is never quoted, since it may hold signed links: %j",
    (body) => {
      assert.notInclude(printed(failureOf(JSON.stringify(body))), "q-signature")
    }
  )

  it("begins where an answer is nested deeper than 100 levels", () => {
    const look = (depth: number) => readAnswer(Look, "ap-singapore", { status: 200, text: nested(depth) })
    assert.isTrue(Result.isSuccess(look(90)))
    for (const depth of [110, 10_000, 100_000]) {
      const { reason } = Result.getOrThrow(Result.flip(look(depth)))
      if (reason._tag !== "MalformedResponse") return assert.fail(reason._tag)
      assert.strictEqual(reason.description, `Expected at most 100 levels at ["Response"]`)
    }
  })
})

describe("the receipt of what was bought", () => {
  const { submit } = JobKind.Pro
  const bought = (text: string) => readAnswer(submit, "ap-singapore", { status: 200, text })
  const jobId = "1375367755519696896"

  it.each([
    `{"Response":{"JobId":"${jobId}","RequestId":"r"}}`,
    `{"Response":{"JobId":${jobId},"RequestId":"r"}}`,
    `{"Response":{"JobId" : ${jobId} }}`,
    `{"Response":{"JobId":${jobId},"RequestId":null}}`,
    `{"Response":{"Error":{},"JobId":"${jobId}"}}`
  ])("is read as it was sent, digit by digit: %s", (text) => {
    assert.strictEqual(Result.getOrThrow(bought(text)).JobId, jobId)
  })

  it.each([
    `{"Response":{"JobId":"${jobId}","Reque`,
    `{"Response":{"JobId":"${jobId}","RequestId":1}}`,
    `{"Response":{"JobId":${jobId}`
  ])("is named by a failure where the answer is malformed: %s", (text) => {
    const { reason } = Result.getOrThrow(Result.flip(bought(text)))
    if (reason._tag !== "MalformedResponse") return assert.fail(reason._tag)
    assert.strictEqual(reason.receipt, jobId)
    assert.include(reason.message, `It names ${jobId}, which was made: use that.`)
  })

  it("is not taken from within another text", () => {
    const Message = `{"JobId": ${jobId}, "a": 1}`
    const { reason } = Result.getOrThrow(
      Result.flip(bought(JSON.stringify({ Response: { Error: { Code: "InvalidParameter", Message } } })))
    )
    assert.include(reason.message, Message)
  })
})

describe("any text is an answer or a failure with a reason:", () => {
  const isRead = (text: string, status: number) => {
    const result = readAnswer(Look, "ap-singapore", { status, text })
    if (Result.isSuccess(result)) {
      assert.isString(Job.fromResponse(Job.JobId.make("1375367755519696896"), result.success).status)
    } else {
      assert.isString(result.failure.reason.message)
    }
  }
  const status = fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 }))

  property("text of any kind", [fc.string({ unit: "binary" }), status], isRead, { runs: 1500 })

  property("JSON of any kind", [jsonText({ maxDepth: 6 }), status], isRead, { runs: 1500 })

  const maybe = (value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 5, arbitrary: value }, jsonValue())
  const error = fc.record({ Code: maybe(fc.string()), Message: maybe(fc.string()) }, { requiredKeys: [] })
  const file = fc.record({ Type: jsonValue(), Url: maybe(fc.webUrl()), "": jsonValue() }, { requiredKeys: [] })
  const fields = {
    Error: maybe(error),
    RequestId: maybe(fc.string()),
    Status: maybe(fc.constantFrom("WAIT", "RUN", "DONE", "FAIL", "__proto__")),
    ErrorCode: maybe(fc.string()),
    ResultFile3Ds: maybe(fc.array(maybe(file))),
    New: jsonValue()
  }
  property(
    "an envelope with any fields",
    [maybe(fc.record(fields, { requiredKeys: [] })), status],
    (Response, status) => isRead(JSON.stringify({ Response }), status),
    { runs: 1000 }
  )

  it.each([10, 100, 1000, 10_000, 100_000])("text that is nested %s levels deep", (depth) => {
    isRead("[".repeat(depth) + "]".repeat(depth), 200)
    isRead(`{"Response":${`{"Response":`.repeat(depth)}1${"}".repeat(depth)}}`, 200)
    isRead(nested(depth, "1"), 200)
  })
})
