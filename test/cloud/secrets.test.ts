/** That no secret leaves a call by another way than the wire. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Logger, Metric, References, Tracer } from "effect"
import { Headers, HttpClient } from "effect/http"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import { printed } from "../support/printed.ts"
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

/** Runs a call, and returns all that it logs, traces, measures and fails with, and the signatures that it sent. */
const traced = Effect.fnUntraced(function* (answer: Answer) {
  const { client, sent } = yield* transport(answer)
  // An application that logs requests, records all headers in spans, and has its own list of what to redact.
  const logging = client.pipe(
    HttpClient.tapRequest((request) => Effect.logTrace("sending", request, request.headers)),
    HttpClient.tap((response) => Effect.logTrace("received", response, response.request.headers))
  )
  const lines: Array<unknown> = []
  const keep = (line: unknown) => void lines.push(line)
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const exit = yield* settled(Effect.exit(TencentCloud.call(Query, input))).pipe(
    Effect.tap((exit) => Effect.logTrace("ended", exit)),
    Effect.provide(over(Layer.succeed(HttpClient.HttpClient, logging))),
    Effect.provide(
      Logger.layer([
        Logger.map(Logger.formatSimple, keep),
        Logger.map(Logger.formatLogFmt, keep),
        Logger.map(Logger.formatJson, keep)
      ])
    ),
    Effect.provideService(References.MinimumLogLevel, "All"),
    Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
    Effect.provideService(Headers.CurrentRedactedNames, ["x-own"]),
    Effect.provideService(Tracer.Tracer, tracer)
  )
  const metrics = yield* Metric.snapshot
  const signatures = (yield* sent).map(({ headers }) => (headers["authorization"] ?? "").slice(-64))
  return { exit, lines, spans, metrics, signatures }
})

const failureOf = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) ? [printed(exit.cause), Cause.pretty(exit.cause), printed(Cause.squash(exit.cause))] : []

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
      const { exit, lines, metrics, signatures, spans } = yield* Effect.provideService(
        traced(answer),
        Metric.MetricRegistry,
        new Map()
      )
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
      const texts = {
        exit: printed(exit),
        error: failureOf(exit).join("\n"),
        logs: lines.map(printed).join("\n"),
        spans: spans.map((span) => printed([...span.attributes, span.events])).join("\n"),
        metrics: printed(metrics),
        failures: spans.flatMap(({ status }) => (status._tag === "Ended" ? failureOf(status.exit) : [])).join("\n")
      }
      const leaks = Object.entries(texts)
        .filter(([, text]) => [secretKey, token, ...signatures].some((secret) => text.includes(secret)))
        .map(([place]) => place)
      assert.deepStrictEqual(leaks, [])
    })
  )
})
