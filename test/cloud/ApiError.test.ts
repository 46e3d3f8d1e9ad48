import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import * as fc from "fast-check"
import * as ApiError from "../../src/cloud/ApiError.ts"
import commonCodes from "../fixtures/common-error-codes.json" with { type: "json" }
import hunyuanCodes from "../fixtures/hunyuan-error-codes.json" with { type: "json" }
import { property } from "../support/property.ts"

const region = "ap-singapore"
const reasonOf = (code: string, description = "said") => ApiError.reasonFromCode({ code, description, region })
const apiError = (reason: ApiError.Reason, requestId?: string) =>
  new ApiError.ApiError({ action: "QueryHunyuanTo3DProJob", region, reason, requestId })

/** One of each reason, by the place that it comes from. */
const notSent = {
  NoCredentials: new ApiError.NoCredentials({ description: "The role was taken away. Attach it again." }),
  InvalidInput: new ApiError.InvalidInput({ description: "Set the region to a name such as ap-singapore." }),
  NoPermit: new ApiError.NoPermit({ description: "The store gave no answer. Check that it can be reached." })
}
const noAnswer = {
  Transport: new ApiError.Transport({ description: "Transport error (POST https://host/)", cause: new Error("reset") }),
  Timeout: new ApiError.Timeout({ timeout: Duration.seconds(10) }),
  MalformedResponse: new ApiError.MalformedResponse({ status: 502, description: "it is not JSON" })
}
const refusals = {
  Authentication: reasonOf("AuthFailure.SignatureFailure"),
  ClockSkew: reasonOf("AuthFailure.SignatureExpire"),
  Permission: reasonOf("UnauthorizedOperation"),
  RateLimited: reasonOf("RequestLimitExceeded"),
  TaskSlotsFull: reasonOf("RequestLimitExceeded.JobNumExceed"),
  InvalidRequest: reasonOf("InvalidParameterValue"),
  Unsupported: reasonOf("UnsupportedRegion"),
  NotFound: reasonOf("FailedOperation.JobNotFound"),
  Quota: reasonOf("LimitExceeded"),
  Server: reasonOf("InternalError"),
  Other: reasonOf("FailedOperation")
}
const byTag: Readonly<Record<ApiError.Reason["_tag"], ApiError.Reason>> = { ...notSent, ...noAnswer, ...refusals }
const reasons = Object.values(byTag)

describe("a reason", () => {
  it.each(Object.entries(byTag))("%s has the tag that it is named by", (name, reason) => {
    assert.strictEqual(reason._tag, name)
  })

  const whatIs = (property: "isRetryable" | "mayHaveRun") =>
    reasons.filter((reason) => apiError(reason)[property]).map((reason) => reason._tag)

  it("is retryable where the same call may succeed later", () => {
    assert.deepStrictEqual(whatIs("isRetryable"), [
      "NoPermit",
      "Transport",
      "Timeout",
      "MalformedResponse",
      "RateLimited",
      "Server"
    ])
  })

  it("says that the request may have run where no answer came, where the service failed, and where its code is unknown", () => {
    assert.deepStrictEqual(whatIs("mayHaveRun"), ["Transport", "Timeout", "MalformedResponse", "Server", "Other"])
  })

  it("of a refusal is told from others by isRefusal", () => {
    assert.deepStrictEqual(
      reasons.filter(ApiError.isRefusal).map((reason) => reason._tag),
      Object.values(refusals).map((reason) => reason._tag)
    )
  })

  it("that is the transport's says what its cause knows of it", () => {
    const unsent = new ApiError.Transport({ description: "refused", mayHaveRun: false })
    assert.deepStrictEqual([unsent.isRetryable, unsent.mayHaveRun], [true, false])
    const useless = new ApiError.Transport({ description: "no recording fits", isRetryable: false })
    assert.deepStrictEqual([useless.isRetryable, useless.mayHaveRun], [false, true])
  })

  it("that is the source of credentials' is retryable when the source says so", () => {
    assert.isTrue(new ApiError.NoCredentials({ description: "slow", isRetryable: true }).isRetryable)
  })
})

describe("reasonFromCode", () => {
  const codes = [...commonCodes, ...hunyuanCodes].map((row) => row.code)
  const anyCode = fc.oneof(fc.string(), fc.constantFrom(...codes, "FailedOperation.InnerError"))

  it.each(commonCodes)("takes $code for retryable when reading again is safe and of use: $safeToRepeat", (row) => {
    assert.strictEqual(reasonOf(row.code).isRetryable, row.safeToRepeat)
  })

  property(
    "keeps the service's code and words",
    [anyCode, fc.string()],
    (code, description) => {
      const reason = reasonOf(code, description)
      assert.isTrue(ApiError.isRefusal(reason))
      assert.strictEqual(reason.code, code)
      assert.include(reason.message, `(${code}: ${description})`)
    },
    { runs: 500 }
  )

  it("sorts FailedOperation.InnerError by the code in its message, as long as repeating is safe", () => {
    const wrapped = { code: "FailedOperation.InnerError", description: "RequestLimitExceeded.JobNumExceed", region }
    assert.strictEqual(ApiError.reasonFromCode(wrapped)._tag, "TaskSlotsFull")
    const unsafe = ApiError.reasonFromCode({ ...wrapped, safeToRepeat: false })
    assert.strictEqual(unsafe._tag, "Other")
    assert.isTrue(unsafe.mayHaveRun)
  })

  property(
    "reads no message where repeating is not safe",
    [anyCode, fc.oneof(fc.string(), anyCode), fc.oneof(fc.string(), anyCode)],
    (code, one, other) => {
      const tagWith = (description: string) =>
        ApiError.reasonFromCode({ code, description, region, safeToRepeat: false })._tag
      assert.strictEqual(tagWith(one), tagWith(other))
    },
    { runs: 500 }
  )
})

describe("the message of an ApiError", () => {
  it.each(reasons)("of $_tag names action, code and request id, and says what to do", (reason) => {
    const { message, code } = apiError(reason, "e7c1aa24")
    assert.match(message, /^QueryHunyuanTo3DProJob: [A-Z]/)
    assert.include(message, "[request e7c1aa24]")
    if (!code.startsWith("Client.")) assert.include(message, `(${code}: said)`)
    assert.match(message, /(check|allow|attach|set|grant|share|submit|change|look|try|choose) /i)
    assert.notMatch(message, /\.\.|undefined|\n/)
  })

  it.each(Object.values(notSent))("of $_tag says first that nothing was sent", (reason) => {
    assert.match(apiError(reason).message, /^QueryHunyuanTo3DProJob: Nothing was sent: /)
  })

  it("of NotFound names the region that the request was sent to", () => {
    assert.strictEqual(
      apiError(byTag.NotFound, "e7c1aa24").message,
      "QueryHunyuanTo3DProJob: The region ap-singapore does not know it. Check the id and the region: an id expires, " +
        "and is known only where it was made. (FailedOperation.JobNotFound: said) [request e7c1aa24]"
    )
  })

  it("of Timeout says how long an attempt was given", () => {
    assert.include(byTag.Timeout.message, "No answer came within 10s.")
  })

  it("of a transport that says that sending again is of no use is its description alone", () => {
    const reason = new ApiError.Transport({ description: "No recording fits.", isRetryable: false })
    assert.strictEqual(reason.message, "No recording fits.")
  })

  it("leaves out the request id where no answer came", () => {
    assert.notInclude(apiError(byTag.Timeout).message, "[request")
  })
})

describe("an ApiError", () => {
  const codec = Schema.fromJsonString(Schema.toCodecJson(ApiError.ApiError))

  it.effect.each([
    ...reasons,
    new ApiError.Transport({ description: "refused", isRetryable: false, mayHaveRun: false }),
    new ApiError.NoCredentials({ description: "slow", isRetryable: true })
  ])("with reason $_tag survives the way through JSON text", (reason) =>
    Effect.gen(function* () {
      const error = apiError(reason, "e7c1aa24")
      const text = yield* Schema.encodeEffect(codec)(error)
      const again = yield* Schema.decodeUnknownEffect(codec)(text)
      assert.instanceOf(again, ApiError.ApiError)
      assert.strictEqual(again.reason._tag, reason._tag)
      const said = ({ code, isRetryable, mayHaveRun, message }: ApiError.ApiError) => [
        code,
        isRetryable,
        mayHaveRun,
        message
      ]
      assert.deepStrictEqual(said(again), said(error))
      assert.strictEqual(yield* Schema.encodeEffect(codec)(again), text)
    })
  )

  it.effect("gives its reason to catchReason, catchReasons and unwrapReason", () =>
    Effect.gen(function* () {
      const call: Effect.Effect<string, ApiError.ApiError> = Effect.fail(apiError(byTag.NotFound))
      const one = call.pipe(
        Effect.catchReason("ApiError", "NotFound", (reason, error) =>
          Effect.succeed(`${error.action} not in ${reason.region}`)
        )
      )
      const several = call.pipe(
        Effect.catchReasons("ApiError", {
          Timeout: () => Effect.succeed("slow"),
          NotFound: (reason) => Effect.succeed(`not in ${reason.region}`)
        })
      )
      const unwrapped = call.pipe(
        Effect.unwrapReason("ApiError"),
        Effect.catchTag("NotFound", (reason) => Effect.succeed(`nowhere in ${reason.region}`))
      )
      assert.strictEqual(yield* one, "QueryHunyuanTo3DProJob not in ap-singapore")
      assert.strictEqual(yield* several, "not in ap-singapore")
      assert.strictEqual(yield* unwrapped, "nowhere in ap-singapore")
    })
  )
})
