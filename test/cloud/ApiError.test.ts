import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import * as fc from "fast-check"
import * as ApiError from "../../src/cloud/ApiError.ts"
import commonCodes from "../fixtures/common-error-codes.json" with { type: "json" }
import hunyuanCodes from "../fixtures/hunyuan-error-codes.json" with { type: "json" }

const region = "ap-singapore"
const reasonOf = (code: string, description = "said") => ApiError.reasonFromCode({ code, description, region })
const tagOf = (code: string, description?: string) => reasonOf(code, description)._tag
const apiError = (reason: ApiError.Reason, requestId?: string) =>
  new ApiError.ApiError({ action: "QueryHunyuanTo3DProJob", region, reason, requestId })

/** One of each reason. */
const reasons: Readonly<Record<ApiError.Reason["_tag"], ApiError.Reason>> = {
  Transport: new ApiError.Transport({ description: "Transport error (POST https://host/)", cause: new Error("reset") }),
  Timeout: new ApiError.Timeout({ timeout: Duration.seconds(10) }),
  MalformedResponse: new ApiError.MalformedResponse({ status: 502, description: "it is not JSON" }),
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

describe("reasonFromCode", () => {
  const byClass: Readonly<Record<string, ApiError.Reason["_tag"]>> = {
    account: "Quota",
    auth: "Authentication",
    "auth-clock": "ClockSkew",
    client: "InvalidRequest",
    concurrency: "TaskSlotsFull",
    config: "Unsupported",
    "depends-on-subcode": "Other",
    "input-fetch": "InvalidRequest",
    moderation: "InvalidRequest",
    "not-an-error": "Other",
    permission: "Permission",
    quota: "Quota",
    "rate-limit": "RateLimited",
    // Only ResponseSizeLimitExceeded: the same question has the same answer, so it is not a failure that passes.
    server: "Other",
    "server-transient": "Server",
    state: "NotFound",
    unknown: "Other"
  }
  const exceptions: Readonly<Record<string, ApiError.Reason["_tag"]>> = {
    // A resource that is in use, or unavailable without a word why, does exist.
    ResourceInUse: "Other",
    ResourceUnavailable: "Other"
  }

  it.each([...commonCodes, ...hunyuanCodes])("sorts $code as its class, $class", ({ code, class: kind }) => {
    assert.strictEqual(tagOf(code), exceptions[code] ?? byClass[kind])
  })

  it.each(commonCodes)("takes $code for transient when reading again is safe and of use: $safeToRepeat", (row) => {
    assert.strictEqual(reasonOf(row.code).isRetryable, row.safeToRepeat)
  })

  it.each([
    ["AuthFailure.New", "Authentication"],
    ["UnauthorizedOperation.New", "Permission"],
    ["OperationDenied.New", "Permission"],
    ["RequestLimitExceeded.New", "RateLimited"],
    ["UnsupportedRegion.New", "Unsupported"],
    ["InvalidParameterValue.New", "InvalidRequest"],
    ["MissingParameter.New", "InvalidRequest"],
    ["ResourceNotFound.New", "NotFound"],
    ["LimitExceeded.New", "Quota"],
    ["ResourceInsufficient.New", "Quota"],
    ["ResourceUnavailable.New", "Quota"],
    ["InternalError.New", "Server"],
    ["FailedOperation.EngineNew", "Server"],
    ["FailedOperation.New", "Other"],
    ["New", "Other"],
    ["New.AuthFailure", "Other"],
    ["", "Other"]
  ])("sorts the unknown code %j by its prefix as %s", (code, tag) => {
    assert.strictEqual(tagOf(code), tag)
  })

  it("keeps the service's code and words", () => {
    const reason = reasonOf("FailedOperation.New", "not today")
    assert.deepStrictEqual(reason, new ApiError.Other({ code: "FailedOperation.New", description: "not today" }))
  })

  it.each([
    ["FailedOperation.JobNotFound", "NotFound"],
    ["code: RequestLimitExceeded.JobNumExceed, message: too many jobs", "TaskSlotsFull"],
    ["[AuthFailure.SignatureExpire] expired.", "ClockSkew"],
    ["something broke", "Other"],
    ["", "Other"]
  ])("sorts FailedOperation.InnerError by the code in its message: %j", (description, tag) => {
    const reason = reasonOf("FailedOperation.InnerError", description)
    assert.strictEqual(reason._tag, tag)
    assert.strictEqual(reason.code, "FailedOperation.InnerError")
  })

  it("reads a megabyte of message in no time", () => {
    const started = performance.now()
    for (const text of ["A".repeat(1_000_000), "Aa.A".repeat(250_000), "Aa ".repeat(333_333)]) {
      tagOf("FailedOperation.InnerError", text)
    }
    assert.isBelow(performance.now() - started, 1000)
  })

  it("sorts any code, whatever it is made of", () => {
    const names = Object.getOwnPropertyNames(Object.prototype)
    const code = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...names, "toString.call", "__proto__.x"))
    fc.assert(
      fc.property(code, fc.string(), (code, description) => {
        const reason = reasonOf(code, description)
        assert.strictEqual(reason.code, code)
        assert.include(Object.keys(reasons), reason._tag)
      }),
      { numRuns: 2000 }
    )
    for (const name of names) assert.strictEqual(tagOf(name), "Other")
  })
})

describe("isRetryable", () => {
  it("holds for what may pass, and for nothing else", () => {
    const retryable = Object.values(reasons).filter((reason) => apiError(reason).isRetryable)
    assert.deepStrictEqual(
      retryable.map((reason) => reason._tag),
      ["Transport", "Timeout", "MalformedResponse", "RateLimited", "Server"]
    )
  })

  it("is what a transport failure was made with, also after it was stored", () => {
    const stored = Schema.encodeSync(ApiError.Reason)(
      new ApiError.Transport({ description: "no recording fits", isRetryable: false })
    )
    assert.isFalse(Schema.decodeSync(ApiError.Reason)(stored).isRetryable)
    assert.isTrue(new ApiError.Transport({ description: "dropped" }).isRetryable)
  })
})

describe("message", () => {
  it.each(Object.values(reasons))("of $_tag names action, code and request id, and says what to do", (reason) => {
    const { message, code } = apiError(reason, "e7c1aa24")
    assert.match(message, /^QueryHunyuanTo3DProJob: [A-Z]/)
    assert.include(message, "[request e7c1aa24]")
    if (!code.startsWith("Client.")) assert.include(message, `(${code}: said)`)
    assert.match(message, /(check|allow|set|grant|share|submit|change|look|try|live|run in) /i)
    assert.notMatch(message, /\.\.|undefined|\n/)
  })

  it("of NotFound names the region that was asked and the 24 hours that an id lives", () => {
    assert.strictEqual(
      apiError(reasons.NotFound, "e7c1aa24").message,
      "QueryHunyuanTo3DProJob: There is no such job in the region that was asked, ap-singapore. Ids live 24 hours, " +
        "and only in the region where the job was submitted. (FailedOperation.JobNotFound: said) [request e7c1aa24]"
    )
  })

  it("of Timeout says how long an attempt was given", () => {
    assert.include(reasons.Timeout.message, "No answer within 10")
  })

  it("leaves out the request id where no answer came", () => {
    assert.notInclude(apiError(reasons.Timeout).message, "[request")
  })
})

describe("ApiError", () => {
  const codec = Schema.fromJsonString(Schema.toCodecJson(ApiError.ApiError))

  it.effect.each(Object.values(reasons))("with reason $_tag survives the way through JSON text", (reason) =>
    Effect.gen(function* () {
      const error = apiError(reason, "e7c1aa24")
      const text = yield* Schema.encodeEffect(codec)(error)
      const again = yield* Schema.decodeUnknownEffect(codec)(text)
      assert.instanceOf(again, ApiError.ApiError)
      assert.strictEqual(again.reason._tag, reason._tag)
      assert.strictEqual(again.message, error.message)
      assert.strictEqual(again.code, error.code)
      assert.strictEqual(again.isRetryable, error.isRetryable)
      assert.strictEqual(yield* Schema.encodeEffect(codec)(again), text)
    })
  )

  it.effect("gives its reason to catchReason, catchReasons and unwrapReason", () =>
    Effect.gen(function* () {
      const call: Effect.Effect<string, ApiError.ApiError> = Effect.fail(apiError(reasons.NotFound))
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
