/** The tools of the page, asked over its server. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as JobKind from "../../src/job/JobKind.ts"
import { provided, running } from "./running.ts"

describe("the tools of the workbench", () => {
  it.live("sign a call step by step, send nothing, and show no key", () =>
    Effect.gen(function* () {
      const { get, post } = yield* running
      const payload = '{"JobId":"1375367755519696896"}'
      const { body, status } = yield* post("/api/sign", {
        action: JobKind.Pro.query.action,
        payload,
        timestamp: 1_700_000_000
      })
      assert.strictEqual(status, 200)
      const signed = JSON.parse(body)
      assert.strictEqual(signed.credentialScope, "2023-11-14/hunyuan/tc3_request")
      assert.include(signed.canonicalRequest, signed.payloadHash)
      assert.include(signed.stringToSign, signed.canonicalRequestHash)
      assert.include(signed.authorization, signed.signature)
      assert.notInclude(body, "fake-secret-key")
      assert.strictEqual((yield* get("/api/requests")).body, "[]")
    }).pipe(provided)
  )

  it.live("find the mistake in a captured request", () =>
    Effect.gen(function* () {
      const { post } = yield* running
      const action = JobKind.Pro.query.action
      const signed = JSON.parse((yield* post("/api/sign", { action, payload: "{}" })).body)
      const curl = (payload: string) =>
        `curl ${signed.url} ${Object.entries(signed.headers)
          .filter(([name]) => name !== "content-length")
          .map(([name, value]) => `-H '${name}: ${value}'`)
          .join(" ")} --data-raw '${payload}'`
      const right = JSON.parse((yield* post("/api/compare", { text: curl("{}") })).body)
      assert.strictEqual(right.verdict, "right")
      const wrong = JSON.parse((yield* post("/api/compare", { text: curl("{} ") })).body)
      assert.notStrictEqual(wrong.verdict, "right")
      const { body, status } = yield* post("/api/compare", { text: "no request" })
      assert.strictEqual(status, 422)
      assert.match(JSON.parse(body).message, /Give a curl command/)
    }).pipe(provided)
  )

  it.live("give the same call in five forms, and say which kind there is not", () =>
    Effect.gen(function* () {
      const { post } = yield* running
      const samples = JSON.parse((yield* post("/api/code", { kind: "Pro", request: { Prompt: "a cat" } })).body)
      assert.deepStrictEqual(
        samples.map(({ name }: { name: string }) => name),
        ["curl", "program", "effect", "sdk-node", "sdk-python"]
      )
      assert.strictEqual((yield* post("/api/code", { kind: "Sculpture", request: {} })).status, 404)
    }).pipe(provided)
  )
})
