import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { codeOf, host, json, send, submit, unknownId, type Sent } from "./calls.ts"

describe("A call of the fake's API", () => {
  const refusals: ReadonlyArray<readonly [what: string, sent: Sent, code: string, message?: string]> = [
    ["no action", { change: HttpClientRequest.removeHeader("x-tc-action") }, "MissingParameter", "X-TC-Action"],
    ["an unknown action", { headers: { "x-tc-action": "DescribeZones" } }, "InvalidAction", "action DescribeZones"],
    ["an action named as a method of objects", { headers: { "x-tc-action": "constructor" } }, "InvalidAction"],
    ["no version", { change: HttpClientRequest.removeHeader("x-tc-version") }, "MissingParameter", "X-TC-Version"],
    ["another version", { headers: { "x-tc-version": "2023-09-02" } }, "NoSuchVersion", "2023-09-01"],
    ["no region", { change: HttpClientRequest.removeHeader("x-tc-region") }, "MissingParameter", "X-TC-Region"],
    ["a region without 3D", { headers: { "x-tc-region": "ap-guangzhou" } }, "UnsupportedRegion", "ap-singapore"],
    ["a form as body", { headers: { "content-type": "multipart/form-data; boundary=x" } }, "InvalidParameter"],
    ["a type that begins like JSON", { headers: { "content-type": "application/json-lines" } }, "InvalidParameter"],
    ["an empty body", { body: "" }, "InvalidParameter", "not JSON"],
    ["a body that is cut off", { body: `{"JobId":` }, "InvalidParameter", "not JSON"],
    ["bytes that are no UTF-8", { body: Uint8Array.of(0x7b, 0xff, 0x7d) }, "InvalidParameter", "not JSON"],
    ["JSON that is no object", { body: "[]" }, "InvalidParameter", "object"],
    ["no JobId", { body: "{}" }, "MissingParameter", "JobId"],
    ["a JobId that is a number", { body: `{"JobId":1375367755519696896}` }, "InvalidParameterValue", `["JobId"]`],
    ["a JobId that is a name", { body: `{"JobId":"mine"}` }, "InvalidParameterValue", "string of digits"],
    ["an unknown parameter", { body: `{"JobId":"${unknownId}","Promt":1}` }, "UnknownParameter", "Promt"],
    ["a mistyped parameter of a submit", { action: submit, body: `{"Promt":"a cat"}` }, "UnknownParameter", "Promt"],
    ["a submit of nothing", { action: submit, body: "{}" }, "InvalidParameterValue", "Prompt"],
    [
      "a value out of range",
      { action: submit, body: `{"Prompt":"a","FaceCount":1}` },
      "InvalidParameterValue",
      "FaceCount"
    ],
    [
      "an unknown parameter inside another",
      { action: JobKind.UV.submit.action, body: `{"File":{"Url":"https://a/b.glb","Type":"glb","Size":1}}` },
      "UnknownParameter",
      "File.Size"
    ],
    ["an unknown job", {}, "FailedOperation.JobNotFound", "ap-singapore"]
  ]
  it.effect.each(refusals)("%s is refused with its documented code", ([, sent, code, message = ""]) =>
    Effect.gen(function* () {
      const { Error } = yield* send(sent)
      assert.strictEqual(Error.Code, code)
      assert.include(Error.Message, message)
      assert.notMatch(Error.Message, /\n/)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("methods other than POST are refused, signed or not", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      for (const method of ["get", "put", "patch", "del", "options"] as const) {
        const { Response } = yield* json(yield* client[method](`https://${host}/`))
        assert.strictEqual(Response.Error.Code, "UnsupportedProtocol", method)
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a request may be 10 MiB large and not a byte more", () =>
    Effect.gen(function* () {
      const sized = (size: number) => codeOf({ body: `{"JobId":"mine"}`.padEnd(size) })
      assert.strictEqual(yield* sized(10 * 1024 * 1024), "InvalidParameterValue")
      assert.strictEqual(yield* sized(10 * 1024 * 1024 + 1), "RequestSizeLimitExceeded")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("three regions take jobs", () =>
    Effect.gen(function* () {
      for (const region of ["ap-singapore", "na-siliconvalley", "eu-frankfurt"]) {
        const sent = { action: submit, body: `{"Prompt":"a cat"}`, headers: { "x-tc-region": region } }
        assert.strictEqual(yield* codeOf(sent), "OK")
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("authentication comes before everything about the call", () =>
    Effect.gen(function* () {
      const credential = { ...Fake.credential, secretKey: Redacted.make("another key") }
      const sent = { credential, action: "Nothing", body: "[", headers: { "x-tc-region": "nowhere" } }
      assert.strictEqual(yield* codeOf(sent), "AuthFailure.SignatureFailure")
    }).pipe(Effect.provide(Fake.layer()))
  )
})
