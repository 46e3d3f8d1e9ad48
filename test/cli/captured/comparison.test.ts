import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import * as fc from "fast-check"
import { type Comparison, comparisonOf } from "../../../src/cli/captured/comparison.ts"
import * as Tc3 from "../../../src/cloud/Tc3.ts"
import { property } from "../../support/property.ts"
import { forms, type Sent } from "./forms.ts"

/** The pair that the vendor publishes as an example. */
const secretId = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"
const secretKey = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
const credential = { secretId, secretKey: Redacted.make(secretKey) }

const captureOf = (name: string) => readFileSync(new URL(`captures/${name}`, import.meta.url), "utf8")

const compared = (text: string) => Result.getOrThrow(comparisonOf(text, credential))

interface Changes {
  readonly secretId?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly signedHeaders?: ReadonlyArray<string>
  readonly host?: string
  readonly body?: string
  readonly sentBody?: string
}

/** A request as somebody signs and sends it. */
const sign = (changes: Changes = {}): Sent => {
  const { body = `{"JobId":"1000000000000000000"}`, host = "hunyuan.intl.tencentcloudapi.com" } = changes
  const headers = {
    "Content-Type": "application/json; charset=utf-8",
    "X-TC-Action": "QueryHunyuanTo3DProJob",
    "X-TC-Version": "2023-09-01",
    "X-TC-Region": "ap-singapore",
    "X-TC-Timestamp": "1780000000",
    ...changes.headers
  }
  const { authorization } = Tc3.sign({
    method: "POST",
    host,
    headers,
    payload: body,
    timestamp: Number(headers["X-TC-Timestamp"]),
    service: "hunyuan",
    credential: { secretId: changes.secretId ?? secretId, secretKey: Redacted.make(changes.key ?? secretKey) },
    signedHeaders: changes.signedHeaders ?? ["content-type", "host"]
  })
  const sent = Object.entries({ ...headers, Authorization: authorization })
  return {
    host,
    headers: sent.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    body: changes.sentBody ?? body
  }
}

const raw = (sent: Sent, answered?: { readonly date?: string; readonly body?: string }) =>
  forms["raw HTTP"]?.(sent, answered) ?? ""

const refused = (Code: string, Message = "") => ({
  body: JSON.stringify({ Response: { Error: { Code, Message }, RequestId: "e7c1aa24" } })
})

const findingsOf = (text: string) => compared(text).checks.map(({ isMistake, name }) => [name, isMistake])
const mistakesOf = (text: string) => compared(text).causes.flatMap(({ mistakes }) => mistakes.map(({ name }) => name))

describe("the comparison of a captured request", () => {
  it.each<readonly [file: string, form: string, verdict: Comparison["verdict"], mistakes: ReadonlyArray<string>]>([
    ["curl.txt", "the output of curl -v", "right", []],
    ["raw.txt", "raw HTTP", "mistake", ["ActionCase"]],
    ["devtools.har", "a HAR", "mistake", ["LocalDate"]],
    ["go-sdk.txt", "a debug log of the Go SDK", "right", []],
    ["python-sdk.txt", "a debug log of the Python SDK", "right", []]
  ])("of %s, which is %s, says %s, and names %j", (file, form, verdict, mistakes) => {
    const text = captureOf(file)
    const comparison = compared(text)
    assert.deepInclude(comparison, {
      form,
      verdict,
      host: "hunyuan.intl.tencentcloudapi.com",
      action: "QueryHunyuanTo3DProJob",
      secretId: "AKIDz8kr…",
      checks: []
    })
    assert.deepStrictEqual(mistakesOf(text), mistakes)
  })

  for (const [form, write] of Object.entries(forms)) {
    it(`finds the mistake in ${form}`, () => {
      const text = write(sign({ body: `{"JobId": "1"}`, sentBody: `{"JobId":"1"}` }))
      assert.deepStrictEqual([compared(text).form, ...mistakesOf(text)], [form, "BodyChanged"])
    })
  }

  it("has the lines that differ", () => {
    const [cause] = compared(captureOf("devtools.har")).causes
    assert.deepStrictEqual(cause?.difference, {
      expected: "2026-05-28/hunyuan/tc3_request",
      signed: "2026-05-29/hunyuan/tc3_request"
    })
  })

  it("shortens lines that are long, up to where they differ", () => {
    const type = `text/${"a".repeat(500)}`
    const sent = sign({ headers: { "Content-Type": `${type}; charset=utf-8` } })
    const text = raw({
      ...sent,
      headers: sent.headers.map(([name, value]) => [name, value.replace(/; charset.*/, "")])
    })
    for (const { difference } of compared(text).causes) {
      assert.isBelow(`${difference?.expected}${difference?.signed}`.length, 700)
    }
  })

  it("says of a signature that nothing explains how this program would sign", () => {
    const { message, verdict } = compared(raw(sign({ key: "anotherkey" })))
    assert.strictEqual(verdict, "unsure")
    assert.include(
      message,
      `hunyuan3d sign --action QueryHunyuanTo3DProJob --timestamp 1780000000 --payload '{"JobId":"1000000000000000000"}'`
    )
  })

  it("says of the method before this one that it is another", () => {
    const text = "POST / HTTP/1.1\nHost: a.tencentcloudapi.com\n\nAction=A&Nonce=1&SecretId=AKID&Signature=abc%3D"
    assert.deepStrictEqual(mistakesOf(text), ["OtherMethod"])
    assert.strictEqual(compared(text).verdict, "mistake")
  })

  it("refuses a request without a time, since its signature cannot be made again", () => {
    const sent = sign()
    const text = raw({ ...sent, headers: sent.headers.filter(([name]) => name !== "X-TC-Timestamp") })
    const failure = Result.getOrThrow(Result.flip(comparisonOf(text, credential)))
    assert.deepStrictEqual([failure.code, failure.exitCode], ["Unreadable", 1])
    assert.include(failure.message, "X-TC-Timestamp")
  })
})

describe("what a request shows besides its signature", () => {
  const at = (date: string) => findingsOf(raw(sign(), { date }))

  it("is a clock that is more than five minutes off the Date of the answer", () => {
    assert.deepStrictEqual(at("Thu, 28 May 2026 20:26:41 GMT"), [])
    assert.deepStrictEqual(at("Thu, 28 May 2026 20:31:40 GMT"), [])
    assert.deepStrictEqual(at("Thu, 28 May 2026 20:31:41 GMT"), [["ClockSkew", true]])
    assert.deepStrictEqual(at("Thu, 28 May 2026 20:21:39 GMT"), [["ClockSkew", true]])
  })

  it("is the service's time in its message before the Date, which may be a proxy's", () => {
    const message = "Signature expired. The deviation between `Timestamp` and the server time 1780003600 is too large."
    const answered = { ...refused("AuthFailure.SignatureExpire", message), date: "Thu, 28 May 2026 20:26:41 GMT" }
    const { checks, verdict } = compared(raw(sign(), answered))
    assert.strictEqual(verdict, "mistake")
    assert.match(checks[0]?.message ?? "", /1h behind the service's clock \(2026-05-28T21:26:40/)
  })

  it.each<readonly [changes: Changes, finding: string, isMistake: boolean]>([
    [{ headers: { "X-TC-Version": "2025-05-13" } }, "Version", true],
    [{ headers: { "X-TC-Version": undefined } }, "MissingHeader", true],
    [{ headers: { "X-TC-Action": "QueryHunyuanTo3DJobs" } }, "Action", false],
    [{ headers: { "X-TC-Region": "ap-guangzhou" } }, "Region", false],
    [{ secretId: `AKID${"a".repeat(60)}` }, "MissingToken", true],
    [{ secretId: "AKIDshort" }, "SecretIdForm", false]
  ])("of %j is %s", (changes, finding, isMistake) => {
    const own = { secretId: changes.secretId ?? secretId, secretKey: credential.secretKey }
    const { checks } = Result.getOrThrow(comparisonOf(raw(sign(changes)), own))
    assert.deepStrictEqual(
      checks.map((each) => [each.name, each.isMistake]),
      [[finding, isMistake]]
    )
  })

  it("is no other product's version at its own host", () => {
    const sent = sign({ host: "ai3d.tencentcloudapi.com", headers: { "X-TC-Version": "2025-05-13" } })
    assert.deepStrictEqual(findingsOf(raw(sent)), [])
  })
})

describe("the answer to a captured request", () => {
  it.each<readonly [code: string, verdict: string, meaning: RegExp]>([
    ["UnauthorizedOperation", "right", /QcloudAI3DFullAccess/],
    ["UnauthorizedOperation.CamNoAuth", "right", /QcloudAI3DFullAccess/],
    ["AuthFailure.UnauthorizedOperation", "right", /QcloudAI3DFullAccess/],
    ["ResourceUnavailable.NotExist", "right", /not activated/],
    ["FailedOperation.JobNotFound", "right", /no such job/],
    ["RequestLimitExceeded.UinLimitExceeded", "right", /wait/],
    ["AuthFailure.SecretIdNotFound", "unsure", /does not know the SecretId/],
    ["AuthFailure.SignatureFailure", "unsure", /another signature/],
    ["NoSuchVersion", "unsure", /says nothing of the signature/],
    ["Unheard.Of", "unsure", /says nothing of the signature/]
  ])("%s makes %s of a signature by another key", (code, verdict, meaning) => {
    const { answer, verdict: said } = compared(raw(sign({ key: "another" }), refused(code)))
    assert.strictEqual(said, verdict)
    assert.match(answer?.meaning ?? "", meaning)
    assert.deepInclude(answer, { code, requestId: "e7c1aa24" })
  })

  it("without an error proves the signature", () => {
    const answered = { body: `{"Response":{"Status":"RUN","RequestId":"e7c1aa24"}}` }
    assert.strictEqual(compared(raw(sign({ key: "another" }), answered)).verdict, "right")
  })

  it("is found in the error of an SDK behind its log", () => {
    const text = `${captureOf("python-sdk.txt")}\nTraceback (most recent call last):\n[TencentCloudSDKException] code:AuthFailure.SignatureFailure message:The provided credentials could not be validated. requestId:e7c1aa24\n`
    assert.deepInclude(compared(text).answer, { code: "AuthFailure.SignatureFailure", requestId: "e7c1aa24" })
  })

  it("AuthFailure.SignatureFailure to a request that is right points to the other site", () => {
    const { message, verdict } = compared(captureOf("curl.txt"))
    assert.strictEqual(verdict, "right")
    assert.match(message, /other site/)
  })
})

describe("a comparison", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{32}$/)
  property(
    "tells neither the key, nor the token, nor more than 8 characters of an id, whatever was signed",
    [
      secret,
      secret,
      secret,
      fc.constantFrom("", "\n", " ", "#shanghai#0", "x"),
      fc.constantFrom(...Object.keys(forms)),
      fc.boolean(),
      fc.boolean()
    ],
    (id, key, token, pasted, form, isSwapped, isOther) => {
      const own = { secretId: `AKID${id}`, secretKey: Redacted.make(key) }
      const text =
        forms[form]?.(
          sign({
            secretId: isSwapped ? key : own.secretId,
            key: isOther ? id : `${isSwapped ? own.secretId : key}${pasted}`,
            headers: { "X-TC-Token": token, "X-TC-Region": isOther ? token : "ap-singapore" },
            signedHeaders: ["content-type", "host", "x-tc-token", "x-tc-region"]
          }),
          refused("AuthFailure.SecretIdNotFound", `The SecretId ${own.secretId} is not found.`)
        ) ?? ""
      const told = JSON.stringify(Result.getOrThrow(comparisonOf(text, own)))
      for (const each of [key, token, token.toLowerCase(), own.secretId.slice(0, 9)]) assert.notInclude(told, each)
      assert.notMatch(told, /Signature=[0-9a-f]/)
      assert.notInclude(told, key.slice(0, 8))
    },
    { runs: 60 }
  )

  property(
    "of a damaged capture is one, or a failure with a sentence, and never a bug",
    [
      fc.constantFrom("curl.txt", "raw.txt", "devtools.har", "go-sdk.txt", "python-sdk.txt").map(captureOf),
      fc.array(fc.tuple(fc.nat(1500), fc.nat(20), fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 4 })
    ],
    (text, damages) => {
      const damaged = damages.reduce((left, [at, size, put]) => left.slice(0, at) + put + left.slice(at + size), text)
      const result = comparisonOf(damaged, credential)
      const told = Result.isFailure(result) ? result.failure.message : result.success.message
      assert.notStrictEqual(told, "")
      assert.notInclude(told, secretKey)
    },
    { runs: 400 }
  )
})
