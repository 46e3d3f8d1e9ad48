import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Credentials from "../../../../src/cloud/Credentials.ts"
import * as Replay from "../../../../src/testing/Replay.ts"
import proDone from "../../../cassettes/pro-done.json" with { type: "json" }
import proTroubled from "../../../cassettes/pro-troubled.json" with { type: "json" }
import { property } from "../../../support/property.ts"
import {
  type Call,
  answered,
  anyBytes,
  anyUrl,
  cassette,
  defectOf,
  endpoint,
  json,
  mismatch,
  mismatchOf,
  recorded,
  request,
  status,
  text
} from "./calls.ts"

describe("Replay.layer", () => {
  it.effect("a replay answers a poll of WAIT, RUN and DONE with just that", () =>
    Effect.gen(function* () {
      const looks = yield* Effect.all([json(request()), json(request()), json(request())])
      assert.deepStrictEqual(looks.map(status), ["WAIT", "RUN", "DONE"])
    }).pipe(Effect.provide(Replay.layer(proDone)))
  )

  it.effect("a replay answers the download of a result link, whatever its signature", () =>
    Effect.gen(function* () {
      const link = "https://bucket.cos.ap-singapore.tencentcos.cn/3d/a.obj"
      assert.strictEqual(yield* text(HttpClientRequest.get(`${link}?q-ak=other&q-signature=other#part`)), "o cube\n")
    }).pipe(
      Effect.provide(
        Replay.layer(
          cassette({
            request: { method: "GET", url: "https://bucket.cos.ap-singapore.tencentcos.cn/3d/a.obj?redacted" },
            response: { status: 200, body: "o cube\n" }
          })
        )
      )
    )
  )

  it.effect("a replay answers with the recorded status, headers and body", () =>
    Effect.gen(function* () {
      const response = yield* HttpClient.get("https://host/")
      assert.strictEqual(response.status, 502)
      assert.strictEqual(response.headers["date"], "Tue, 07 Apr 2026 09:38:20 GMT")
      assert.strictEqual(response.url, "https://host/")
      assert.deepStrictEqual(new Uint8Array(yield* response.arrayBuffer), Uint8Array.of(0, 255, 1))
    }).pipe(
      Effect.provide(
        Replay.layer(
          cassette({
            request: { method: "GET", url: "https://host/" },
            response: { status: 502, headers: { date: "Tue, 07 Apr 2026 09:38:20 GMT" }, base64: "AP8B" }
          })
        )
      )
    )
  )

  it.effect("a replay answers a body without content as the network does", () =>
    Effect.gen(function* () {
      const response = yield* HttpClient.get("https://host/")
      assert.strictEqual(response.status, 204)
      assert.strictEqual(yield* response.text, "")
    }).pipe(
      Effect.provide(
        Replay.layer(cassette({ request: { method: "GET", url: "https://host/" }, response: { status: 204 } }))
      )
    )
  )

  it.effect("a replay answers for ever with a recording that repeats", () =>
    Effect.gen(function* () {
      const looks = yield* Effect.all(Array.from({ length: 5 }, () => json(request())))
      assert.deepStrictEqual(looks, [1, 2, 2, 2, 2])
    }).pipe(Effect.provide(Replay.layer(cassette(answered(1), { ...answered(2), repeat: true }))))
  )

  it.effect("a replay gives every answer once when requests are concurrent", () =>
    Effect.gen(function* () {
      const look = Effect.andThen(Effect.yieldNow, json(request()))
      const looks = yield* Effect.all(
        Array.from({ length: 200 }, () => look),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        looks.toSorted((a, b) => Number(a) - Number(b)),
        Array.from({ length: 200 }, (_, index) => index)
      )
    }).pipe(Effect.provide(Replay.layer(cassette(...Array.from({ length: 200 }, (_, index) => answered(index))))))
  )

  it.effect("a replay starts afresh in every build", () =>
    Effect.gen(function* () {
      const once = Replay.layer(cassette(answered(1)))
      assert.strictEqual(yield* Effect.provide(json(request()), once, { local: true }), 1)
      assert.strictEqual(yield* Effect.provide(json(request()), once, { local: true }), 1)
    })
  )

  it.effect("a replay brings stand-in credentials", () =>
    Effect.gen(function* () {
      const { secretId, secretKey } = yield* Credentials.Credentials.use((credentials) => credentials.get)
      assert.deepStrictEqual([secretId, Redacted.value(secretKey)], ["AKIDREPLAY", "replay"])
    }).pipe(Effect.provide(Replay.layer(cassette())))
  )

  it.effect("a replay never answers a recorded timeout, so that the caller's own timeout fires", () =>
    Effect.gen(function* () {
      const fiber = yield* json(request()).pipe(Effect.timeoutOption("10 seconds"), Effect.forkChild)
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "None")
    }).pipe(Effect.provide(Replay.layer(cassette({ request: recorded(), failure: "timeout" }))))
  )

  it.effect("a replay answers a recorded lost connection with a transport error that may be retried", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(json(request()))
      assert.strictEqual(error.reason._tag, "TransportError")
      assert.isUndefined(error.cause)
    }).pipe(Effect.provide(Replay.layer(cassette({ request: recorded(), failure: "dropped" }))))
  )

  it.effect("a replay repeats a troubled poll: dropped, a gateway's page, a refusal, no answer, and DONE", () =>
    Effect.gen(function* () {
      const sent = request({ body: { JobId: "1375367755519696904" } })
      assert.strictEqual((yield* Effect.flip(text(sent))).reason._tag, "TransportError")
      assert.strictEqual(yield* text(sent), "<html><body>502 Bad Gateway</body></html>\n")
      assert.include(yield* text(sent), '"Code":"RequestLimitExceeded"')
      const fiber = yield* text(sent).pipe(Effect.timeoutOption("1 second"), Effect.forkChild)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "None")
      assert.strictEqual(status(yield* json(sent)), "DONE")
    }).pipe(Effect.provide(Replay.layer(proTroubled)))
  )
})

describe("A request without a recording", () => {
  const anyReplay = Replay.layer(proDone, { allowUnused: true })
  const others: ReadonlyArray<readonly [field: string, recorded: string, requested: string, Call]> = [
    ["url", endpoint, "https://cvm.tencentcloudapi.com/", { url: "https://cvm.tencentcloudapi.com/" }],
    ["url", endpoint, `${endpoint}path`, { url: `${endpoint}path` }],
    ["action", "QueryHunyuanTo3DProJob", "QueryHunyuanTo3DRapidJob", { action: "QueryHunyuanTo3DRapidJob" }],
    ["version", "2023-09-01", "2024-01-01", { version: "2024-01-01" }],
    ["region", "ap-singapore", "eu-frankfurt", { region: "eu-frankfurt" }],
    ["body.JobId", '"1375367755519696896"', '"2"', { body: { JobId: "2" } }],
    ["body.JobId", '"1375367755519696896"', "2", { body: { JobId: 2 } }]
  ]
  for (const [field, was, is, call] of others) {
    it.effect(`a mismatch names the ${field} that is ${is}`, () =>
      Effect.gen(function* () {
        const { nearest, message } = yield* mismatch([answered(1)], request(call))
        assert.deepStrictEqual(nearest, { recording: 0, field, recorded: was, requested: is })
        assert.include(message, `recordings[0], has another ${field}: ${was}, but the request has ${is}.`)
      })
    )
  }

  it.effect("a mismatch names the method", () =>
    Effect.gen(function* () {
      const { nearest } = yield* mismatch(
        [{ request: { method: "GET", url: endpoint }, failure: "dropped" }],
        HttpClientRequest.head(endpoint)
      )
      assert.strictEqual(nearest?.field, "method")
    })
  )

  it.effect("a mismatch names a field that one of the two has not", () =>
    Effect.gen(function* () {
      const more = yield* mismatch([answered(1, { body: { a: 1 } })], request({ body: { a: 1, "b c": { d: [2] } } }))
      assert.deepStrictEqual(more.nearest, {
        recording: 0,
        field: 'body["b c"].d[0]',
        recorded: undefined,
        requested: "2"
      })
      assert.include(more.message, 'body["b c"].d[0]: nothing, but the request has 2.')
      const less = yield* mismatch([answered(1, { body: { a: 1, b: [] } })], request({ body: { a: 1 } }))
      assert.deepStrictEqual(less.nearest, { recording: 0, field: "body.b", recorded: "[]", requested: undefined })
    })
  )

  it.effect("a mismatch tells nested fields from names that look like them", () =>
    Effect.gen(function* () {
      const { nearest } = yield* mismatch([answered(1, { body: { a: { b: 1 } } })], request({ body: { "a.b": 1 } }))
      assert.strictEqual(nearest?.field, "body.a.b")
    })
  )

  it.effect("a mismatch names the recording that differs least", () =>
    Effect.gen(function* () {
      const { nearest } = yield* mismatch(
        [
          answered(1, { action: "SubmitHunyuanTo3DProJob", body: { Prompt: "a cube", EnablePBR: true } }),
          answered(1, { region: "eu-frankfurt", body: { JobId: "2" } }),
          answered(1, { body: { JobId: "3" } })
        ],
        request({ body: { JobId: "4" } })
      )
      assert.deepStrictEqual(nearest, { recording: 2, field: "body.JobId", recorded: '"3"', requested: '"4"' })
    })
  )

  it.effect("a mismatch says how many answers there were when all are given", () =>
    Effect.gen(function* () {
      yield* Effect.all([json(request()), json(request()), json(request())])
      const { message, nearest } = mismatchOf(yield* Effect.flip(json(request())))
      assert.strictEqual(
        message,
        `All 3 recordings of POST ${endpoint} (QueryHunyuanTo3DProJob) have been answered. Record again, or let the last one repeat.`
      )
      assert.isUndefined(nearest)
    }).pipe(Effect.provide(Replay.layer(proDone)))
  )

  it.effect("a mismatch says when the cassette is empty", () =>
    Effect.gen(function* () {
      assert.include((yield* mismatch([], request())).message, "The cassette is empty")
    })
  )

  it.effect("a mismatch says of itself that nothing was sent and that a retry is of no use", () =>
    Effect.gen(function* () {
      const { isRetryable, mayHaveRun } = yield* mismatch([], request())
      assert.deepStrictEqual([isRetryable, mayHaveRun], [false, false])
    })
  )

  it.effect("a mismatch travels as a transport error with the same message", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(json(request()))
      assert.strictEqual(error.reason._tag, "TransportError")
      assert.include(error.message, mismatchOf(error).message)
    }).pipe(Effect.provide(Replay.layer(cassette())))
  )

  it.effect("a mismatch keeps long values and the queries of links out of its message", () =>
    Effect.gen(function* () {
      const { message } = yield* mismatch(
        [answered(1)],
        request({ url: `${endpoint}?secret=1`, body: { JobId: `https://host/${"a".repeat(1000)}?q-signature=secret` } })
      )
      assert.notInclude(message, "secret")
      assert.isBelow(message.length, 600)
    })
  )

  property(
    "any request is answered or a mismatch, and never a defect",
    [
      fc.constantFrom("POST", "GET", "PUT", "DELETE", "HEAD", "QUERY"),
      fc.oneof(fc.constant(endpoint), anyUrl),
      fc.dictionary(fc.constantFrom("x-tc-action", "x-tc-version", "x-tc-region"), fc.string()),
      anyBytes
    ],
    (method, url, headers, body) =>
      HttpClient.execute(
        HttpClientRequest.make(method)(url, { headers }).pipe(HttpClientRequest.bodyUint8Array(body))
      ).pipe(Effect.match({ onFailure: mismatchOf, onSuccess: () => {} }), Effect.provide(anyReplay)),
    { runs: 1000 }
  )
})

describe("Recordings that are not used", () => {
  const program = (recordings: ReadonlyArray<unknown>, options?: Replay.Options) =>
    Effect.exit(Effect.provide(json(request()), Replay.layer(cassette(...recordings), options)))

  it.effect("recordings that are not used are a defect that lists them when the layer closes", () =>
    Effect.gen(function* () {
      const defect = defectOf(yield* program([answered(1), answered(2), answered(3, { action: "Other" })]))
      assert.instanceOf(defect, Replay.UnusedRecordings)
      assert.deepStrictEqual(defect.unused, [1, 2])
      assert.strictEqual(
        defect.message,
        `2 of 3 recordings were not used: recordings[1] (POST ${endpoint} (QueryHunyuanTo3DProJob)), ` +
          `recordings[2] (POST ${endpoint} (Other)). Remove them, or set allowUnused.`
      )
    })
  )

  it.effect("recordings that are not used are fine with allowUnused", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* program([answered(1), answered(2)], { allowUnused: true }), Exit.succeed(1))
    })
  )

  it.effect("recordings that are not used may be repeats of which one was given", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* program([{ ...answered(1), repeat: true }]), Exit.succeed(1))
    })
  )

  it.effect("recordings that are not used include what comes after a repeat, which cannot be reached", () =>
    Effect.gen(function* () {
      const defect = defectOf(yield* program([{ ...answered(1), repeat: true }, answered(2)]))
      assert.instanceOf(defect, Replay.UnusedRecordings)
      assert.deepStrictEqual(defect.unused, [1])
    })
  )

  it.effect("recordings that are not used do not bury a failure", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.provide(Effect.fail("the real failure"), Replay.layer(proDone)))
      assert.deepStrictEqual(exit, Exit.fail("the real failure"))
    })
  )

  it.effect("recordings that are not used do not turn an interruption into a defect", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.provide(Effect.never, Replay.layer(proDone)))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      assert(Exit.isFailure(exit))
      assert.isTrue(Cause.hasInterruptsOnly(exit.cause))
    })
  )
})
