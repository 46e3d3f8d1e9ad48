/** That no secret leaves a call by another way than the wire. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Headers, HttpClient } from "effect/http"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import { leaks, traced } from "../support/traced.ts"
import {
  type Answer,
  dropped,
  httpDate,
  input,
  over,
  Query,
  refused,
  running,
  secretKey,
  settled,
  silence,
  token,
  transport
} from "../support/wire.ts"

/** What the wire carries comes back in every place of an answer. */
const echo: Answer = ({ headers: { authorization, "x-tc-token": token } }) =>
  Effect.sync(() => Response.json({ Response: { Status: [authorization], RequestId: { token } }, token }))

/** Runs a call, and returns all that it logs, traces and fails with, and the signatures that it sent. */
const tracedCall = Effect.fnUntraced(function* (answer: Answer) {
  const { client, sent } = yield* transport(answer)
  // An application that logs requests, records all headers in spans, and has its own list of what to redact.
  const logging = client.pipe(
    HttpClient.tapRequest((request) => Effect.logTrace("sending", request, request.headers)),
    HttpClient.tap((response) => Effect.logTrace("received", response, response.request.headers))
  )
  const captured = yield* traced(settled(TencentCloud.call(Query, input))).pipe(
    Effect.provide(over(Layer.succeed(HttpClient.HttpClient, logging))),
    Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
    Effect.provideService(Headers.CurrentRedactedNames, ["x-own"])
  )
  const signatures = (yield* sent).map(({ headers }) => (headers["authorization"] ?? "").slice(-64))
  return { ...captured, signatures }
})

describe("secret key, session token and signature", () => {
  it.effect.each<readonly [what: string, answer: Answer]>([
    ["succeeds", running],
    ["is refused", refused("AuthFailure.SignatureFailure")],
    ["is refused for its time", refused("AuthFailure.SignatureExpire", { headers: { date: httpDate(1e12) } })],
    ["loses its connection", dropped()],
    ["has no answer", silence],
    ["has its headers for an answer", echo]
  ])("are in no log, span, metric or error of a call that %s", ([, answer]) =>
    Effect.gen(function* () {
      const { lines, metrics, signatures, spans, texts } = yield* tracedCall(answer)
      assert.isNotEmpty(signatures)
      assert.isTrue(signatures.every((signature) => /^[0-9a-f]{64}$/.test(signature)))
      assert.isAtLeast(lines.length, 6)
      assert.includeMembers(
        spans.map((span) => span.name),
        ["TencentCloud.call", "TencentCloud.attempt"]
      )
      assert.include(
        metrics.map(({ id }) => id),
        "hunyuan3d_calls_total"
      )
      assert.deepStrictEqual(leaks(texts, [secretKey, token, ...signatures]), [])
    })
  )
})
