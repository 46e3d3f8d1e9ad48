import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Tag, tagOf } from "../../../src/cloud/internal/codes.ts"
import commonCodes from "../../fixtures/common-error-codes.json" with { type: "json" }
import hunyuanCodes from "../../fixtures/hunyuan-error-codes.json" with { type: "json" }
import { property } from "../../support/property.ts"

describe("an error code", () => {
  const byClass: Readonly<Record<string, Tag>> = {
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
    // Only ResponseSizeLimitExceeded: the same request has the same answer, so it is not a failure that passes.
    server: "Other",
    "server-transient": "Server",
    state: "NotFound",
    unknown: "Other"
  }
  const exceptions: Readonly<Record<string, Tag>> = {
    // A resource that is in use, or unavailable without a word why, does exist.
    ResourceInUse: "Other",
    ResourceUnavailable: "Other"
  }

  it.each([...commonCodes, ...hunyuanCodes])("$code is sorted as its class, $class", ({ code, class: kind }) => {
    assert.strictEqual(tagOf(code), exceptions[code] ?? byClass[kind])
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
  ])("%j, which is not known, is sorted by its prefix as %s", (code, tag) => {
    assert.strictEqual(tagOf(code), tag)
  })

  it.each(Object.getOwnPropertyNames(Object.prototype))("%s, a name of every object, is unknown", (name) => {
    assert.strictEqual(tagOf(name), "Other")
  })

  const names = fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype), "toString.call", "__proto__.x")
  property(
    "of any text has a reason",
    [fc.oneof(fc.string({ unit: "binary" }), names), fc.string()],
    (code, message) => {
      assert.isString(tagOf(code, message))
    },
    { runs: 2000 }
  )
})

describe("FailedOperation.InnerError", () => {
  it.each([
    ["FailedOperation.JobNotFound", "NotFound"],
    ["code: RequestLimitExceeded.JobNumExceed, message: too many jobs", "TaskSlotsFull"],
    ["[AuthFailure.SignatureExpire] expired.", "ClockSkew"],
    ["something broke", "Other"],
    ["", "Other"]
  ])("with the message %j is sorted by the code in it", (message, tag) => {
    assert.strictEqual(tagOf("FailedOperation.InnerError", message), tag)
  })

  it("without its message is unknown", () => {
    assert.strictEqual(tagOf("FailedOperation.InnerError"), "Other")
  })

  it("with a megabyte of message is sorted in no time", () => {
    const started = process.threadCpuUsage()
    for (const text of ["A".repeat(1_000_000), "Aa.A".repeat(250_000), "Aa ".repeat(333_333)]) {
      tagOf("FailedOperation.InnerError", text)
    }
    // CPU time, since other processes take the rest.
    assert.isBelow(process.threadCpuUsage(started).user / 1000, 4000)
  })
})
