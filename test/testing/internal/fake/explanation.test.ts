import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import * as Fake from "../../../../src/testing/Fake.ts"
import { withLogs } from "../../../support/logs.ts"
import { codeOf, type Sent } from "./calls.ts"

/** The explanation that the log has of a request, and its code. */
const logOf = Effect.fnUntraced(function* (sent: Sent) {
  yield* TestClock.setTime(Date.UTC(2026, 10, 22, 12))
  yield* codeOf(sent)
  const request = (yield* (yield* Fake.Fake).requests).at(-1) ?? assert.fail("nothing arrived")
  return { code: request.code, explanation: request.explanation }
})

const setHeader = (name: string, value: (old: string) => string): Sent => ({
  change: (request) => HttpClientRequest.setHeader(request, name, value(request.headers[name] ?? ""))
})

describe("The explanation of a refused signature", () => {
  const explains = (title: string, sent: Sent, code: string, explanation: RegExp | undefined) =>
    it.effect(title, () =>
      Effect.gen(function* () {
        const log = yield* logOf(sent)
        assert.strictEqual(log.code, code)
        if (explanation === undefined) assert.isUndefined(log.explanation)
        else assert.match(log.explanation ?? "", explanation)
      }).pipe(Effect.provide(Fake.layer()))
    )

  const failure = "AuthFailure.SignatureFailure"
  explains(
    "a body that was changed after signing is named, in both forms",
    {
      body: `{"JobId":"1"}`,
      change: HttpClientRequest.setBody(HttpBody.text(`{"JobId": "1"}`, "application/json"))
    },
    failure,
    /signed without white space between its parts: `{"JobId":"1"}`; sent was `{"JobId": "1"}`/
  )
  explains(
    "a content type that was not signed is named",
    setHeader("content-type", () => "application/json; charset=utf-8"),
    failure,
    /Signed with the Content-Type `application\/json`, sent with `application\/json; charset=utf-8`/
  )
  explains(
    "a local date is named",
    setHeader("authorization", (old) => old.replace("11-22", "11-23")),
    failure,
    /UTC date/
  )
  explains(
    "a key with a newline is named",
    {
      credential: { ...Fake.credential, secretKey: Redacted.make(`${Redacted.value(Fake.credential.secretKey)}\n`) }
    },
    failure,
    /ends with a newline/
  )
  explains(
    "a signature in upper case is named",
    setHeader("authorization", (old) => old.replace(/[0-9a-f]{64}$/, (signature) => signature.toUpperCase())),
    "AuthFailure.InvalidAuthorization",
    /in upper case/
  )
  explains(
    "a timestamp in milliseconds is named",
    setHeader("x-tc-timestamp", (old) => `${old}000`),
    "InvalidParameter",
    /milliseconds/
  )
  explains(
    "another key is told to be unexplained",
    { credential: { ...Fake.credential, secretKey: Redacted.make("another key") } },
    failure,
    /another key was used/
  )
  explains(
    "a host that is signed without its port is no mistake beside the one that is",
    { host: "127.0.0.1:8080", signedHost: "127.0.0.1", ...setHeader("content-type", () => "text/plain") },
    failure,
    /^Signed with the Content-Type [^.]*\. Sign what is sent\.$/
  )
  explains("a signature that is right but old has none", { skew: -400 }, "AuthFailure.SignatureExpire", undefined)
  explains(
    "a service that is not known here has none where it was signed",
    { host: "127.0.0.1", service: "cvm" },
    failure,
    undefined
  )
  explains(
    "an unknown id has none",
    { credential: { ...Fake.credential, secretId: "AKIDOTHER" } },
    "AuthFailure.SecretIdNotFound",
    undefined
  )
  explains(
    "a large body is explained as well",
    { body: `{"ImageBase64":"${"A".repeat(100_000)}"}`, ...setHeader("content-type", () => "text/plain") },
    failure,
    /Content-Type/
  )

  it.effect("a request that is carried out has none, nor has a refusal that a fault made", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* logOf({}), { code: "FailedOperation.JobNotFound", explanation: undefined })
      yield* (yield* Fake.Fake).fault({ code: failure })
      assert.deepStrictEqual(yield* logOf({}), { code: failure, explanation: undefined })
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("it is logged as a debug line, without the secret key", () =>
    Effect.gen(function* () {
      const { lines } = yield* withLogs(logOf(setHeader("content-type", () => "text/plain")))
      const told = lines.filter(({ text }) => text.startsWith("The fake refused a signature"))
      assert.deepStrictEqual(
        told.map(({ level }) => level),
        ["Debug"]
      )
      assert.include(told[0]?.text, `with ${failure}. Signed with the Content-Type`)
      assert.notInclude(JSON.stringify(lines), Redacted.value(Fake.credential.secretKey))
    }).pipe(Effect.provide(Fake.layer()))
  )
})
