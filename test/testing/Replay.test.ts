import * as http from "node:http"
import { inspect } from "node:util"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  ConfigProvider,
  DateTime,
  Deferred,
  Effect,
  Equal,
  Exit,
  Fiber,
  FileSystem,
  Layer,
  PlatformError,
  Redacted,
  Schema,
  Stream
} from "effect"
import { FetchHttpClient, HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Replay from "../../src/testing/Replay.ts"
import proDone from "../cassettes/pro-done.json" with { type: "json" }
import proFailed from "../cassettes/pro-failed.json" with { type: "json" }
import proTroubled from "../cassettes/pro-troubled.json" with { type: "json" }
import { anything, jsonText, jsonValue, key } from "../support/arbitraries.ts"

// -----------------------------------------------------------------------------
// Requests
// -----------------------------------------------------------------------------

const endpoint = "https://hunyuan.intl.tencentcloudapi.com/"

interface Call {
  readonly url?: string
  readonly action?: string
  readonly version?: string
  readonly region?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** A request as `TencentCloud` sends it. */
const request = (call: Call = {}) =>
  HttpClientRequest.post(call.url ?? endpoint, {
    headers: {
      "x-tc-action": call.action ?? "QueryHunyuanTo3DProJob",
      "x-tc-version": call.version ?? "2023-09-01",
      "x-tc-region": call.region ?? "ap-singapore",
      ...call.headers
    }
  }).pipe(HttpClientRequest.bodyJsonUnsafe("body" in call ? call.body : { JobId: "1375367755519696896" }))

/** The same request as a cassette holds it. */
const recorded = (call: Call = {}) => ({
  method: "POST",
  url: call.url ?? endpoint,
  action: call.action ?? "QueryHunyuanTo3DProJob",
  version: call.version ?? "2023-09-01",
  region: call.region ?? "ap-singapore",
  body: "body" in call ? call.body : { JobId: "1375367755519696896" }
})

const answered = (body: unknown, call?: Call) => ({ request: recorded(call), response: { status: 200, body } })

const cassette = (...recordings: ReadonlyArray<unknown>) => ({ version: 1, recordings })

const json = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(HttpClient.execute(request), (response) => response.json)

const text = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(HttpClient.execute(request), (response) => response.text)

const status = (value: unknown) =>
  Schema.decodeUnknownSync(Schema.Struct({ Response: Schema.Struct({ Status: Schema.String }) }))(value).Response.Status

const deep = "[".repeat(20_000) + "]".repeat(20_000)

const anyUrl = fc
  .tuple(fc.constantFrom("host", "host:8080", "me:secret@host"), fc.array(fc.string(), { maxLength: 3 }))
  .map(([host, parts]) => `https://${host}/${parts.map(encodeURIComponent).join("?")}`)

const mismatchOf = (error: unknown): Replay.ReplayMismatch => {
  assert.instanceOf(error, HttpClientError.HttpClientError)
  assert.instanceOf(error.cause, Replay.ReplayMismatch)
  return error.cause
}

/** How a request against a cassette fails. */
const mismatch = (recordings: ReadonlyArray<unknown>, asked: HttpClientRequest.HttpClientRequest) =>
  HttpClient.execute(asked).pipe(
    Effect.flip,
    Effect.map(mismatchOf),
    Effect.provide(Replay.layer(cassette(...recordings), { allowUnused: true }))
  )

const defectOf = <A, E>(exit: Exit.Exit<A, E>) => {
  assert(Exit.isFailure(exit))
  const die = exit.cause.reasons.find(Cause.isDieReason)
  return die?.defect
}

describe("Replay.layer", () => {
  it.effect("answers a poll of WAIT, RUN and DONE with just that", () =>
    Effect.gen(function* () {
      const looks = yield* Effect.all([json(request()), json(request()), json(request())])
      assert.deepStrictEqual(looks.map(status), ["WAIT", "RUN", "DONE"])
    }).pipe(Effect.provide(Replay.layer(proDone)))
  )

  it.effect("does not compare what differs from one run to the next", () =>
    Effect.gen(function* () {
      const headers = {
        authorization: "TC3-HMAC-SHA256 Credential=AKIDX/2026-04-07/hunyuan/tc3_request",
        "x-tc-timestamp": "1775554903",
        "x-tc-token": "token",
        "x-tc-language": "zh-CN",
        traceparent: "00-1-2-01",
        b3: "1-2-1",
        "user-agent": "test"
      }
      assert.deepStrictEqual(yield* json(request({ headers })), 1)
    }).pipe(Effect.provide(Replay.layer(cassette(answered(1)))))
  )

  it.effect("compares bodies as JSON, whatever the order of keys and the white space", () =>
    Effect.gen(function* () {
      const spaced = request().pipe(HttpClientRequest.bodyText('{ "b": [1, {"d": null, "c": 2}],\n "a": 1.0 }'))
      assert.deepStrictEqual(yield* json(spaced), "yes")
    }).pipe(Effect.provide(Replay.layer(cassette(answered('"yes"', { body: { a: 1, b: [1, { c: 2, d: null }] } })))))
  )

  it.effect("compares a body that is no JSON as text", () =>
    Effect.gen(function* () {
      const asked = request().pipe(HttpClientRequest.bodyText("{ no json"))
      assert.strictEqual(yield* text(asked), "yes")
    }).pipe(Effect.provide(Replay.layer(cassette(answered("yes", { body: "{ no json" })))))
  )

  it.effect("compares bodies of any depth", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* text(request().pipe(HttpClientRequest.bodyText(deep))), "yes")
    }).pipe(Effect.provide(Replay.layer(cassette(answered("yes", { body: JSON.parse(deep) })))))
  )

  it.effect("compares a body that is no text byte by byte", () =>
    Effect.gen(function* () {
      const send = (last: number) =>
        text(HttpClientRequest.post(endpoint).pipe(HttpClientRequest.bodyUint8Array(Uint8Array.of(0xff, 0xfe, last))))
      assert.strictEqual(yield* send(0), "yes")
      assert.strictEqual(mismatchOf(yield* Effect.flip(send(1))).nearest?.field, "base64")
    }).pipe(
      Effect.provide(
        Replay.layer(
          cassette({
            request: { method: "POST", url: endpoint, base64: "//4A" },
            response: { status: 200, body: "yes" }
          })
        )
      )
    )
  )

  it.effect("answers the download of a result link, whatever its signature", () =>
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

  it.effect("does not compare the signature of a link in a body", () =>
    Effect.gen(function* () {
      const asked = request({ body: { File: { Url: "https://host/a.fbx?q-sign-time=1;2&q-signature=new" } } })
      assert.deepStrictEqual(yield* json(asked), 1)
    }).pipe(
      Effect.provide(
        Replay.layer(
          cassette(answered(1, { body: { File: { Url: "https://host/a.fbx?q-sign-time=1775554903%3B1&redacted" } } }))
        )
      )
    )
  )

  it.effect("answers with the recorded status, headers and body", () =>
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

  it.effect("answers a body without content as the network does", () =>
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

  it.effect("answers for ever with a recording that repeats", () =>
    Effect.gen(function* () {
      const looks = yield* Effect.all(Array.from({ length: 5 }, () => json(request())))
      assert.deepStrictEqual(looks, [1, 2, 2, 2, 2])
    }).pipe(Effect.provide(Replay.layer(cassette(answered(1), { ...answered(2), repeat: true }))))
  )

  it.effect("gives every answer once when requests are concurrent", () =>
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

  it.effect("starts afresh in every build", () =>
    Effect.gen(function* () {
      const once = Replay.layer(cassette(answered(1)))
      assert.strictEqual(yield* Effect.provide(json(request()), once, { local: true }), 1)
      assert.strictEqual(yield* Effect.provide(json(request()), once, { local: true }), 1)
    })
  )

  it.effect("brings stand-in credentials", () =>
    Effect.gen(function* () {
      const { secretId, secretKey } = yield* Credentials.Credentials.use((credentials) => credentials.get)
      assert.deepStrictEqual([secretId, Redacted.value(secretKey)], ["AKIDREPLAY", "replay"])
    }).pipe(Effect.provide(Replay.layer(cassette())))
  )

  it.effect("never answers a recorded timeout, so that the caller's own timeout fires", () =>
    Effect.gen(function* () {
      const fiber = yield* json(request()).pipe(Effect.timeoutOption("10 seconds"), Effect.forkChild)
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "None")
    }).pipe(Effect.provide(Replay.layer(cassette({ request: recorded(), failure: "timeout" }))))
  )

  it.effect("answers a recorded lost connection with a transport error that may be retried", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(json(request()))
      assert.strictEqual(error.reason._tag, "TransportError")
      assert.isUndefined(error.cause)
    }).pipe(Effect.provide(Replay.layer(cassette({ request: recorded(), failure: "dropped" }))))
  )

  it.effect("replays a troubled poll: dropped, a gateway's page, a refusal, no answer, and DONE", () =>
    Effect.gen(function* () {
      const asked = request({ body: { JobId: "1375367755519696904" } })
      assert.strictEqual((yield* Effect.flip(text(asked))).reason._tag, "TransportError")
      assert.strictEqual(yield* text(asked), "<html><body>502 Bad Gateway</body></html>\n")
      assert.include(yield* text(asked), '"Code":"RequestLimitExceeded"')
      const fiber = yield* text(asked).pipe(Effect.timeoutOption("1 second"), Effect.forkChild)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "None")
      assert.strictEqual(status(yield* json(asked)), "DONE")
    }).pipe(Effect.provide(Replay.layer(proTroubled)))
  )
})

describe("A request without a recording", () => {
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
    it.effect(`names the ${field} that is ${is}`, () =>
      Effect.gen(function* () {
        const { nearest, message } = yield* mismatch([answered(1)], request(call))
        assert.deepStrictEqual(nearest, { recording: 0, field, recorded: was, requested: is })
        assert.include(message, `recordings[0], has another ${field}: ${was}, but the request has ${is}.`)
      })
    )
  }

  it.effect("names the method", () =>
    Effect.gen(function* () {
      const { nearest } = yield* mismatch(
        [{ request: { method: "GET", url: endpoint }, failure: "dropped" }],
        HttpClientRequest.head(endpoint)
      )
      assert.strictEqual(nearest?.field, "method")
    })
  )

  it.effect("names a field that one of the two has not", () =>
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

  it.effect("tells nested fields from names that look like them", () =>
    Effect.gen(function* () {
      const { nearest } = yield* mismatch([answered(1, { body: { a: { b: 1 } } })], request({ body: { "a.b": 1 } }))
      assert.strictEqual(nearest?.field, "body.a.b")
    })
  )

  it.effect("names the recording that differs least", () =>
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

  it.effect("says how many answers there were when all are given", () =>
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

  it.effect("says when the cassette is empty", () =>
    Effect.gen(function* () {
      assert.include((yield* mismatch([], request())).message, "The cassette is empty")
    })
  )

  it.effect("says of itself that a retry is of no use", () =>
    Effect.gen(function* () {
      assert.isFalse((yield* mismatch([], request())).isRetryable)
    })
  )

  it.effect("travels as a transport error with the same message", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(json(request()))
      assert.strictEqual(error.reason._tag, "TransportError")
      assert.include(error.message, mismatchOf(error).message)
    }).pipe(Effect.provide(Replay.layer(cassette())))
  )

  it.effect("keeps long values and the queries of links out of its message", () =>
    Effect.gen(function* () {
      const { message } = yield* mismatch(
        [answered(1)],
        request({ url: `${endpoint}?secret=1`, body: { JobId: `https://host/${"a".repeat(1000)}?q-signature=secret` } })
      )
      assert.notInclude(message, "secret")
      assert.isBelow(message.length, 600)
    })
  )

  it("is one that differs in the body by anything but the order of keys", () => {
    const value = jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))
    const reordered = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, value: unknown) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).toReversed())
          : value
      )
    const pair = fc.oneof(
      fc.tuple(value, value),
      value.map((value) => [value, reordered(value)] as const)
    )
    fc.assert(
      fc.property(pair, ([a, b]) => {
        // A bare string in a cassette is text, which may be the text of the other.
        fc.pre(typeof a !== "string" && typeof b !== "string")
        const layer = Replay.layer(cassette({ request: recorded({ body: a }), failure: "dropped" }), {
          allowUnused: true
        })
        const asked = request().pipe(HttpClientRequest.bodyText(JSON.stringify(b)))
        const error = Effect.runSync(Effect.flip(Effect.provide(text(asked), layer)))
        assert.strictEqual(error.cause === undefined, Equal.equals(a, b))
      }),
      { numRuns: 1000 }
    )
  })

  it("is answered or a mismatch, never a defect, whatever it is", () => {
    const client = Effect.runSync(
      Effect.scoped(Effect.provide(HttpClient.HttpClient, Replay.layer(proDone, { allowUnused: true })))
    )
    const known = fc.constantFrom("POST", "GET", "PUT", "DELETE", "HEAD", "QUERY")
    const url = fc.oneof(fc.constant(endpoint), anyUrl)
    const body = fc.oneof(
      fc.uint8Array(),
      jsonText().map((text) => new TextEncoder().encode(text)),
      fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text))
    )
    const headers = fc.dictionary(fc.constantFrom("x-tc-action", "x-tc-version", "x-tc-region"), fc.string())
    fc.assert(
      fc.property(known, url, headers, body, (method, url, headers, body) => {
        const asked = HttpClientRequest.make(method)(url, { headers }).pipe(HttpClientRequest.bodyUint8Array(body))
        const exit = Effect.runSyncExit(client.execute(asked))
        if (Exit.isFailure(exit)) mismatchOf(Cause.squash(exit.cause))
      }),
      { numRuns: 2000 }
    )
  })
})

describe("Recordings that nobody asked for", () => {
  const program = (recordings: ReadonlyArray<unknown>, options?: Replay.Options) =>
    Effect.exit(Effect.provide(json(request()), Replay.layer(cassette(...recordings), options)))

  it.effect("are a defect that lists them when the layer closes", () =>
    Effect.gen(function* () {
      const defect = defectOf(yield* program([answered(1), answered(2), answered(3, { action: "Other" })]))
      assert.instanceOf(defect, Replay.UnusedRecordings)
      assert.deepStrictEqual(defect.unused, [1, 2])
      assert.strictEqual(
        defect.message,
        `2 of 3 recordings were not asked for: recordings[1] (POST ${endpoint} (QueryHunyuanTo3DProJob)), ` +
          `recordings[2] (POST ${endpoint} (Other)). Remove them, or set allowUnused.`
      )
    })
  )

  it.effect("are fine with allowUnused", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* program([answered(1), answered(2)], { allowUnused: true }), Exit.succeed(1))
    })
  )

  it.effect("may be repeats of which one was given", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* program([{ ...answered(1), repeat: true }]), Exit.succeed(1))
    })
  )

  it.effect("include what comes after a repeat, which cannot be reached", () =>
    Effect.gen(function* () {
      const defect = defectOf(yield* program([{ ...answered(1), repeat: true }, answered(2)]))
      assert.instanceOf(defect, Replay.UnusedRecordings)
      assert.deepStrictEqual(defect.unused, [1])
    })
  )

  it.effect("do not bury a failure", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.provide(Effect.fail("the real failure"), Replay.layer(proDone)))
      assert.deepStrictEqual(exit, Exit.fail("the real failure"))
    })
  )

  it.effect("do not turn an interruption into a defect", () =>
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

describe("QueryJob over a recording", () => {
  const waiting = Effect.fnUntraced(function* (cassette: unknown, id: string) {
    const fiber = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(Job.JobId.make(id))).pipe(
      Effect.provide(QueryJob.layer.pipe(Layer.provide(Replay.layer(cassette)))),
      Effect.exit,
      Effect.forkChild
    )
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

  it.effect("waits for a job that is done, with the expiry of its links", () =>
    Effect.gen(function* () {
      const exit = yield* waiting(proDone, "1375367755519696896")
      assert(Exit.isSuccess(exit))
      assert.deepStrictEqual(
        exit.value.files.map((file) => [file.type, file.expiresAt && DateTime.formatIso(file.expiresAt)]),
        [
          ["OBJ", "2026-04-08T09:41:42.000Z"],
          ["GLB", "2026-04-08T09:41:42.000Z"]
        ]
      )
    })
  )

  it.effect("waits for a job that fails", () =>
    Effect.gen(function* () {
      const exit = yield* waiting(proFailed, "1375367755519696900")
      assert(Exit.isFailure(exit))
      assert.instanceOf(Cause.squash(exit.cause), QueryJob.JobFailed)
    })
  )

  it.effect("waits through recorded trouble", () =>
    Effect.gen(function* () {
      assert.isTrue(Exit.isSuccess(yield* waiting(proTroubled, "1375367755519696904")))
    })
  )

  it.effect("ends at once with what was not recorded", () =>
    Effect.gen(function* () {
      const error = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(Job.JobId.make("1375367755519696999"))).pipe(
        Effect.flip,
        Effect.provide(QueryJob.layer.pipe(Layer.provide(Replay.layer(proDone, { allowUnused: true }))))
      )
      assert.instanceOf(error, ApiError.ApiError)
      assert(error.reason._tag === "Transport")
      assert.instanceOf(error.reason.cause, Replay.ReplayMismatch)
    })
  )
})

// -----------------------------------------------------------------------------
// Files
// -----------------------------------------------------------------------------

/** A file system with one folder, `test`, and a record of what it was told to do. */
const makeFiles = (initial: Record<string, string> = {}) => {
  const files = new Map(Object.entries(initial))
  const missing = (method: string, path: string) =>
    PlatformError.systemError({ module: "FileSystem", method, _tag: "NotFound", pathOrDescriptor: path })
  const layer = FileSystem.layerNoop({
    readFileString: (path) => {
      const text = files.get(path)
      return text === undefined ? Effect.fail(missing("readFileString", path)) : Effect.succeed(text)
    },
    writeFileString: (path, text) =>
      path.startsWith("test/")
        ? Effect.sync(() => void files.set(path, text))
        : Effect.fail(missing("writeFileString", path)),
    rename: (from, to) =>
      Effect.sync(() => {
        files.set(to, files.get(from) ?? "")
        files.delete(from)
      }),
    remove: (path) => Effect.sync(() => void files.delete(path))
  })
  return { files, layer }
}

const openFile = (content: string) =>
  json(request()).pipe(
    Effect.provide(Replay.layerFile("test/a.json").pipe(Layer.provide(makeFiles({ "test/a.json": content }).layer)))
  )

const cassetteErrorOf = (error: unknown): Replay.CassetteError => {
  assert.instanceOf(error, Replay.CassetteError)
  return error
}

describe("Replay.layerFile", () => {
  it.effect("answers from the file", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* openFile(JSON.stringify(cassette(answered(1)))), 1)
    })
  )

  it.effect("fails with the path when there is no file", () =>
    Effect.gen(function* () {
      const layer = Replay.layerFile("test/none.json").pipe(Layer.provide(makeFiles().layer))
      const error = cassetteErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
      assert.strictEqual(error.path, "test/none.json")
      assert.include(error.message, "NotFound")
    })
  )

  const corrupt: ReadonlyArray<readonly [what: string, content: string, said: string]> = [
    ["no JSON", "{", "JSON"],
    ["an empty file", "", "JSON"],
    ["an unknown version", JSON.stringify({ version: 2, recordings: [] }), 'at ["version"]'],
    ["no version", JSON.stringify({ recordings: [] }), 'at ["version"]'],
    ["no recordings", JSON.stringify({ version: 1 }), 'at ["recordings"]'],
    ["a misspelt field", JSON.stringify(cassette({ ...answered(1), repaet: true })), 'at ["recordings"][0]["repaet"]'],
    [
      "a request without method",
      JSON.stringify(cassette({ request: { url: endpoint }, failure: "dropped" })),
      'at ["recordings"][0]["request"]["method"]'
    ],
    [
      "a URL that is none",
      JSON.stringify(cassette({ request: { method: "GET", url: "/a" }, failure: "dropped" })),
      "Expected an absolute URL"
    ],
    [
      "an unknown failure",
      JSON.stringify(cassette({ request: recorded(), failure: "lost" })),
      'at ["recordings"][0]["failure"]'
    ],
    [
      "neither a response nor a failure",
      JSON.stringify(cassette({ request: recorded() })),
      "either a response or a failure"
    ],
    [
      "both a response and a failure",
      JSON.stringify(cassette({ ...answered(1), failure: "dropped" })),
      "either a response or a failure"
    ],
    [
      "two bodies",
      JSON.stringify(cassette({ request: recorded(), response: { status: 200, body: 1, base64: "AA==" } })),
      "got both"
    ],
    [
      "bytes that are not base64",
      JSON.stringify(cassette({ request: recorded(), response: { status: 200, base64: "?" } })),
      'at ["recordings"][0]["response"]["base64"]'
    ],
    [
      "a status that HTTP has not",
      JSON.stringify(cassette({ request: recorded(), response: { status: 1000 } })),
      'at ["recordings"][0]["response"]'
    ],
    [
      "a body where none may be",
      JSON.stringify(cassette({ request: recorded(), response: { status: 204, body: 1 } })),
      'at ["recordings"][0]["response"]'
    ],
    [
      "a header that HTTP has not",
      JSON.stringify(cassette({ request: recorded(), response: { status: 200, headers: { "a b": "c" } } })),
      'at ["recordings"][0]["response"]'
    ],
    [
      "an answer nested too deep to write",
      `{"version":1,"recordings":[{"request":{"method":"GET","url":"${endpoint}"},"response":{"status":200,"body":${deep}}}]}`,
      'at ["recordings"][0]["response"]'
    ]
  ]
  for (const [what, content, said] of corrupt) {
    it.effect(`refuses ${what}, and says so`, () =>
      Effect.gen(function* () {
        const error = cassetteErrorOf(yield* Effect.flip(openFile(content)))
        assert.strictEqual(error.path, "test/a.json")
        assert.include(error.message, said)
        assert.include(error.message, "The cassette test/a.json cannot be used.")
      })
    )
  }

  it("works or fails with CassetteError, whatever the bytes", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
      jsonText().map((text) => new TextEncoder().encode(text)),
      // A cassette with one byte changed.
      fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
        const bytes = new TextEncoder().encode(JSON.stringify(proTroubled))
        bytes[at % bytes.length] = byte
        return bytes
      })
    )
    fc.assert(
      fc.property(bytes, (bytes) => {
        const files = FileSystem.layerNoop({ readFileString: () => Effect.succeed(new TextDecoder().decode(bytes)) })
        const layer = Replay.layerFile("any.json", { allowUnused: true }).pipe(Layer.provide(files))
        const exit = Effect.runSyncExit(Effect.scoped(Layer.build(layer)))
        if (Exit.isFailure(exit)) cassetteErrorOf(Cause.squash(exit.cause))
      }),
      { numRuns: 3000 }
    )
  })

  it("works or fails with CassetteError, whatever value it is given", () => {
    const near = fc.record(
      {
        method: fc.oneof(fc.constant("POST"), anything()),
        url: fc.oneof(fc.constant(endpoint), anyUrl, anything()),
        action: anything(),
        body: jsonValue(),
        base64: fc.base64String()
      },
      { requiredKeys: ["method", "url"] }
    )
    const response = fc.record(
      {
        status: fc.oneof(fc.integer({ min: 100, max: 700 }), anything()),
        headers: fc.oneof(fc.dictionary(key, fc.string()), anything()),
        body: fc.oneof(jsonValue(), anything()),
        base64: fc.oneof(fc.base64String(), fc.string())
      },
      { requiredKeys: ["status"] }
    )
    const recording = fc.record(
      { request: near, response, failure: fc.constantFrom("timeout", "dropped"), repeat: fc.boolean() },
      { requiredKeys: ["request"] }
    )
    const value = fc.oneof(
      anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
      fc.record({ version: fc.constantFrom(1, 1, 1, "1", 2), recordings: fc.array(recording, { maxLength: 4 }) })
    )
    fc.assert(
      fc.property(value, (value) => {
        const layer = Replay.layer(value, { allowUnused: true })
        const exit = Effect.runSyncExit(Effect.scoped(Layer.build(layer)))
        if (Exit.isFailure(exit)) cassetteErrorOf(Cause.squash(exit.cause))
      }),
      { numRuns: 3000 }
    )
  })
})

// -----------------------------------------------------------------------------
// Recording
// -----------------------------------------------------------------------------

const network = (answer: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<Response, unknown>) =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) =>
      answer(request).pipe(
        Effect.map((response) => HttpClientResponse.fromWeb(request, response)),
        Effect.mapError(
          (cause) =>
            new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
        )
      )
    )
  )

const answering = (...responses: ReadonlyArray<BodyInit | Response>) => {
  const left = [...responses]
  return network(() =>
    Effect.sync(() => {
      const next = left.shift() ?? "none left"
      return next instanceof Response ? next : new Response(next, { headers: { "content-type": "application/json" } })
    })
  )
}

interface Studio {
  readonly below: Layer.Layer<HttpClient.HttpClient>
  readonly files?: ReturnType<typeof makeFiles>
  readonly provider?: ConfigProvider.ConfigProvider
}

const noVariables = ConfigProvider.fromEnv({ env: {} })

const recorder = ({ below, files = makeFiles(), provider = noVariables }: Studio) =>
  Replay.layerRecord("test/a.json").pipe(Layer.provide([below, files.layer, ConfigProvider.layer(provider)]))

/** Runs a program over a recorder and gives back its exit and the files. */
const recording = Effect.fnUntraced(function* <A, E>(
  below: Layer.Layer<HttpClient.HttpClient>,
  program: Effect.Effect<A, E, HttpClient.HttpClient>,
  initial?: Record<string, string>
) {
  const files = makeFiles(initial)
  const exit = yield* Effect.exit(Effect.provide(program, recorder({ below, files })))
  return { exit, files: Object.fromEntries(files.files), text: files.files.get("test/a.json") ?? "" }
})

const signed = (body: unknown = { JobId: "1" }, secretId = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA") =>
  request({
    body,
    headers: {
      authorization: `TC3-HMAC-SHA256 Credential=${secretId}/2026-04-07/hunyuan/tc3_request, SignedHeaders=content-type;host, Signature=${"0a".repeat(32)}`,
      "x-tc-token": "temporary-token-of-the-session",
      "x-tc-timestamp": "1775554903",
      "x-tc-language": "en-US",
      traceparent: "00-trace-span-01"
    }
  })

const parse = (text: string) => Schema.decodeUnknownSync(Schema.fromJsonString(Replay.Cassette))(text)

/** JSON text as what it means, since a cassette keeps no white space. */
const sameJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const recordingErrorOf = (error: unknown): Replay.RecordingError => {
  assert.instanceOf(error, Replay.RecordingError)
  return error
}

describe("Replay.layerRecord", () => {
  it.effect("writes a file that is made to be read", () =>
    Effect.gen(function* () {
      const { text } = yield* recording(
        answering(
          new Response('{"Response":{"Status":"RUN","RequestId":"r","ResultFile3Ds":[]}}', {
            headers: {
              "content-type": "application/json",
              date: "Tue, 07 Apr 2026 09:38:20 GMT",
              "set-cookie": "session=1",
              server: "nginx"
            }
          })
        ),
        json(signed())
      )
      assert.strictEqual(
        text,
        `{
  "version": 1,
  "recordings": [
    {
      "request": {
        "method": "POST",
        "url": "https://hunyuan.intl.tencentcloudapi.com/",
        "action": "QueryHunyuanTo3DProJob",
        "version": "2023-09-01",
        "region": "ap-singapore",
        "body": {
          "JobId": "1"
        }
      },
      "response": {
        "status": 200,
        "headers": {
          "content-type": "application/json",
          "date": "Tue, 07 Apr 2026 09:38:20 GMT"
        },
        "body": {
          "Response": {
            "RequestId": "r",
            "ResultFile3Ds": [],
            "Status": "RUN"
          }
        }
      }
    }
  ]
}
`
      )
    })
  )

  it.effect("writes the same text whatever the order of keys", () =>
    Effect.gen(function* () {
      const one = yield* recording(answering('{"a":1,"b":{"c":2,"d":3}}'), json(request({ body: { x: 1, y: 2 } })))
      const two = yield* recording(answering('{"b":{"d":3,"c":2},"a":1}'), json(request({ body: { y: 2, x: 1 } })))
      assert.isNotEmpty(one.text)
      assert.strictEqual(one.text, two.text)
    })
  )

  it.effect("hands on the answer as it came", () =>
    Effect.gen(function* () {
      const answer = '{ "b": 1, "a": "https://host/a.glb?q-sign-time=1775554903%3B1775641302&q-signature=1" }'
      const { exit } = yield* recording(
        answering(new Response(answer, { status: 429, headers: { "x-other": "kept", date: "today" } })),
        Effect.gen(function* () {
          const response = yield* HttpClient.execute(request())
          const streamed = yield* HttpClient.execute(request()).pipe(
            Effect.flatMap((_) => Stream.mkString(Stream.decodeText(_.stream)))
          )
          return [response.status, response.headers["x-other"], yield* response.text, streamed]
        })
      )
      assert.deepStrictEqual(exit, Exit.succeed([429, "kept", answer, "none left"]))
    })
  )

  it.effect("records a transport error as a lost connection and hands it on", () =>
    Effect.gen(function* () {
      const { exit, text } = yield* recording(
        network(() => Effect.fail("reset")),
        Effect.flip(json(request()))
      )
      assert(Exit.isSuccess(exit))
      assert.strictEqual(exit.value.cause, "reset")
      assert.deepStrictEqual<unknown>(parse(text).recordings, [{ request: recorded(), failure: "dropped" }])
    })
  )

  it.effect("records an answer that breaks off as a lost connection", () =>
    Effect.gen(function* () {
      const broken = new ReadableStream({
        pull: (controller) => controller.error(new Error("reset"))
      })
      const { exit, text } = yield* recording(answering(broken), Effect.flip(json(request())))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual<unknown>(parse(text).recordings, [{ request: recorded(), failure: "dropped" }])
    })
  )

  it.effect("records a request that timed out as a timeout", () =>
    Effect.gen(function* () {
      const fiber = yield* recording(
        network(() => Effect.never),
        Effect.timeoutOption(json(request()), "10 seconds")
      ).pipe(Effect.forkChild)
      yield* TestClock.adjust("10 seconds")
      const { text } = yield* Fiber.join(fiber)
      assert.deepStrictEqual<unknown>(parse(text).recordings, [{ request: recorded(), failure: "timeout" }])
    })
  )

  it.effect("does not record a request that never left", () =>
    Effect.gen(function* () {
      const { files, exit } = yield* recording(answering("1"), Effect.flip(text(HttpClientRequest.get("not a url"))))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(files, {})
    })
  )

  it.effect("fails on an answer that a cassette cannot hold, and records it as lost", () =>
    Effect.gen(function* () {
      const odd = Object.create(new Response(""), {
        status: { value: 999 },
        arrayBuffer: { value: async () => new ArrayBuffer() },
        headers: { value: new Headers() }
      })
      const { exit, text } = yield* recording(answering(odd), Effect.flip(json(request())))
      assert(Exit.isSuccess(exit))
      assert.include(exit.value.message, "cannot be recorded")
      assert.strictEqual(parse(text).recordings[0]?.failure, "dropped")
    })
  )

  it.effect("records in the order of the answers", () =>
    Effect.gen(function* () {
      const slow = network((request) =>
        Effect.delay(
          Effect.sync(() => new Response("1")),
          request.headers["x-tc-region"] === "slow" ? "2 seconds" : "1 second"
        )
      )
      const fiber = yield* recording(
        slow,
        Effect.all([json(request({ region: "slow" })), json(request({ region: "fast" }))], { concurrency: 2 })
      ).pipe(Effect.forkChild)
      yield* TestClock.adjust("2 seconds")
      const { text } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        parse(text).recordings.map((_) => _.request.region),
        ["fast", "slow"]
      )
    })
  )

  it.effect("keeps numbers that JavaScript would round as text", () =>
    Effect.gen(function* () {
      const { text } = yield* recording(answering('{"JobId":1375367755519696896}'), json(request()))
      assert.strictEqual(parse(text).recordings[0]?.response?.body, '{"JobId":1375367755519696896}')
    })
  )

  it.effect("keeps JSON that is nested too deep to write as text", () =>
    Effect.gen(function* () {
      const { text: file, exit } = yield* recording(answering(deep), text(request()))
      assert.deepStrictEqual(exit, Exit.succeed(deep))
      assert.strictEqual(parse(file).recordings[0]?.response?.body, deep)
    })
  )

  for (const [what, answer] of [
    ["a bare string", '"yes"'],
    ["text that is no JSON", " yes\r\n"],
    ["a byte order mark", "\ufeff{}"],
    ["bytes that are no text", Uint8Array.of(0, 255)]
  ] as const) {
    it.effect(`replays ${what} byte for byte`, () =>
      Effect.gen(function* () {
        const bytes = Effect.map(
          Effect.flatMap(HttpClient.execute(request()), (response) => response.arrayBuffer),
          (buffer) => [...new Uint8Array(buffer)]
        )
        const { exit, text } = yield* recording(answering(answer), bytes)
        const replayed = yield* Effect.provide(bytes, Replay.layer(JSON.parse(text)))
        assert.deepStrictEqual(exit, Exit.succeed(replayed))
      })
    )
  }

  it("replays what it recorded", async () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
      jsonText().map((text) => new TextEncoder().encode(text))
    )
    const call = fc.record(
      {
        action: fc.constantFrom("A", "B"),
        region: fc.constantFrom("a", "b"),
        body: fc.oneof(fc.constant(1), jsonValue())
      },
      { requiredKeys: [] }
    )
    const outcome = fc.oneof(
      fc.constant(undefined),
      fc.record({ status: fc.constantFrom(200, 200, 404, 502), headers: fc.constantFrom({}, { date: "now" }), bytes })
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(call, outcome), { minLength: 1, maxLength: 6 }), (exchanges) => {
        const left = exchanges.map(([, outcome]) => outcome)
        const below = network(() =>
          Effect.suspend(() => {
            const next = left.shift()
            return next === undefined
              ? Effect.fail("dropped")
              : Effect.succeed(new Response(new Uint8Array(next.bytes), { status: next.status, headers: next.headers }))
          })
        )
        const program = Effect.forEach(exchanges, ([call]) =>
          HttpClient.execute(request(call)).pipe(
            Effect.flatMap((response) =>
              Effect.map(response.text, (text) => [response.status, response.headers["date"], sameJson(text)])
            ),
            Effect.catch((error) => Effect.succeed(error.reason._tag))
          )
        )
        return Effect.runPromise(
          Effect.gen(function* () {
            const files = makeFiles()
            const first = yield* Effect.provide(program, recorder({ below, files }))
            const again = yield* Effect.provide(
              program,
              Replay.layerFile("test/a.json").pipe(Layer.provide(files.layer))
            )
            assert.deepStrictEqual(again, first)
          })
        )
      }),
      { numRuns: 300 }
    )
  })
})

describe("A recorded file", () => {
  const link = "https://bucket.cos.ap-singapore.tencentcos.cn/3d/a.glb"
  const query =
    "q-sign-algorithm=sha1&q-ak=AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA&q-sign-time=1775554903%3B1775641302&q-key-time=1775554903%3B1775641302&q-header-list=host&q-url-param-list=&q-signature=0123456789abcdef0123456789abcdef01234567"
  const redacted = `${link}?q-sign-time=1775554903%3B1775641302&redacted`

  const bodyOf = (text: string) => parse(text).recordings[0]?.response?.body

  const links: ReadonlyArray<readonly [where: string, answer: unknown, kept: unknown]> = [
    ["a field", { Url: `${link}?${query}` }, { Url: redacted }],
    ["the middle of a text", [`see ${link}?${query} or ${link}?${query}`], [`see ${redacted} or ${redacted}`]],
    ["JSON inside JSON", { Details: `{"Url":"${link}?${query}","n":1}` }, { Details: `{"Url":"${redacted}","n":1}` }],
    [
      "JSON inside JSON inside JSON",
      { Details: JSON.stringify({ Inner: JSON.stringify({ Url: `${link}?${query}` }) }) },
      { Details: JSON.stringify({ Inner: JSON.stringify({ Url: redacted }) }) }
    ],
    ["other links", { Url: "https://host/a?token=1#part" }, { Url: "https://host/a?redacted" }],
    ["links with a user and password", { Url: "http://me:secret@host/a@b" }, { Url: "http://host/a@b" }],
    ["links that are redacted", { Url: redacted }, { Url: redacted }]
  ]
  for (const [where, answer, kept] of links) {
    it.effect(`has no query of links: ${where}`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          bodyOf((yield* recording(answering(JSON.stringify(answer)), json(request()))).text),
          kept
        )
      })
    )
  }

  it.effect("has no query of links in text that is no JSON", () =>
    Effect.gen(function* () {
      const { text: file } = yield* recording(answering(`<Url>${link}?${query}</Url>`), text(request()))
      assert.deepStrictEqual(bodyOf(file), `<Url>${redacted}</Url>`)
    })
  )

  it.effect("has no query of the link that was asked for", () =>
    Effect.gen(function* () {
      const { text: file } = yield* recording(answering("o cube"), text(HttpClientRequest.get(`${link}?${query}`)))
      assert.deepStrictEqual(parse(file).recordings[0]?.request, { method: "GET", url: link })
    })
  )

  const known = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA"
  const other = "AKID0123456789abcdefghijklmnopqrstuv"
  const secrets: ReadonlyArray<readonly [what: string, answer: BodyInit, path: string, secret: string]> = [
    ["the secret id that signed", '{"a":{"b":["its-own-kind-of-id"]}}', "body.a.b[0]", "its-own-kind-of-id"],
    ["the token that was sent", '{"a":"temporary-token-of-the-session"}', "body.a", "temporary-token-of-the-session"],
    ["the secret id of somebody else", `{"a b":"no ${other}!"}`, 'body["a b"]', other],
    ["a secret id in text", `<AccessKeyId>${other}</AccessKeyId>`, "body", other],
    ["a signed link that is no link", '{"a":"q-ak=x"}', "body.a", "q-ak"],
    ["an encoded signed link", '{"a":"https%3A%2F%2Fhost%3Fq-signature%3D01234"}', "body.a", "01234"],
    ["a security token of object storage", '{"a":"X-Cos-Security-Token: x"}', "body.a", "X-Cos"],
    [
      "a signature",
      `{"a":"TC3-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=${"0f".repeat(32)}"}`,
      "body.a",
      "0f0f"
    ],
    [
      "temporary credentials",
      '{"Response":{"Credentials":{"TmpSecretKey":"Vx0zKq8"}}}',
      "body.Response.Credentials.TmpSecretKey",
      "Vx0zKq8"
    ],
    ["a token by its name", '{"Token":"Vx0zKq8"}', "body.Token", "Vx0zKq8"],
    ["bytes with a secret id in them", new Blob([Uint8Array.of(0xff, 0xfe), other]), "base64", btoa(other).slice(4, -4)]
  ]
  for (const [what, answer, path, secret] of secrets) {
    it.effect(`is not written when it would hold ${what}, and the error names the place only`, () =>
      Effect.gen(function* () {
        const { exit, files } = yield* recording(answering(answer), text(signed({ JobId: "1" }, "its-own-kind-of-id")))
        const error = recordingErrorOf(defectOf(exit))
        assert.strictEqual(error.reason, "Secret")
        assert.include(error.message, ` recordings[0].response.${path} holds a secret`)
        assert.notInclude(inspect(error), secret)
        assert.deepStrictEqual(files, {})
      })
    )
  }

  it.effect("is not written when a request would hold a secret", () =>
    Effect.gen(function* () {
      const { exit } = yield* recording(answering("1"), json(signed({ Prompt: known })))
      assert.include(recordingErrorOf(defectOf(exit)).message, " recordings[0].request.body.Prompt holds a secret")
    })
  )

  it.effect("is not written when the name of a field is a secret, which the error does not repeat", () =>
    Effect.gen(function* () {
      const { exit } = yield* recording(
        answering("1", `{"a":{"${other}":1}}`),
        Effect.all([json(request()), json(request())])
      )
      const { message } = recordingErrorOf(defectOf(exit))
      assert.include(message, " recordings[1] holds a secret")
      assert.notInclude(message, other)
    })
  )

  it.effect("may hold what a stand-in credential is called", () =>
    Effect.gen(function* () {
      const { text } = yield* recording(answering('{"a":"id"}'), json(signed({ JobId: "1" }, "id")))
      assert.deepStrictEqual(bodyOf(text), { a: "id" })
    })
  )

  it.effect("may hold an image in which the letters of a secret id turn up by chance", () =>
    Effect.gen(function* () {
      const ImageBase64 = `${"abcd".repeat(20)}${other}`
      const { text } = yield* recording(answering("1"), json(request({ body: { ImageBase64 } })))
      assert.deepStrictEqual(parse(text).recordings[0]?.request.body, { ImageBase64 })
    })
  )

  it("holds no header that is not allowed and no known secret, whatever comes", async () => {
    const secret = fc.string({ unit: fc.constantFrom(..."abcdefghijklmnop"), minLength: 24, maxLength: 24 })
    const answer = fc.tuple(jsonText(), secret, fc.boolean()).map(([json, secret, leak]) => ({
      secret,
      answer: leak ? `{"leak":[${json},${JSON.stringify(`x${secret}y`)}]}` : json
    }))
    await fc.assert(
      fc.asyncProperty(answer, fc.constantFrom("id", "token", "other"), ({ secret, answer }, place) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const headers = {
              authorization: `TC3-HMAC-SHA256 Credential=${place === "id" ? secret : "short"}/2026-04-07/hunyuan`,
              "x-tc-token": place === "token" ? secret : "short",
              "x-other": secret
            }
            const { text: file } = yield* recording(
              answering(new Response(answer, { headers: { "x-other": secret } })),
              text(request({ headers }))
            )
            // A value that was never sent as a credential is not known to be one.
            if (place !== "other" || !answer.includes(secret)) assert.notInclude(file, secret)
          })
        )
      ),
      { numRuns: 300 }
    )
  })
})

describe("The file of a recording", () => {
  const old = { "test/a.json": "old" }

  it.effect("stays the old one until the new one is whole", () =>
    Effect.gen(function* () {
      const files = makeFiles(old)
      const during = yield* json(request()).pipe(
        Effect.andThen(Effect.sync(() => files.files.get("test/a.json"))),
        Effect.provide(recorder({ below: answering("1"), files }))
      )
      assert.strictEqual(during, "old")
      assert.deepStrictEqual([...files.files.keys()], ["test/a.json"])
      assert.notStrictEqual(files.files.get("test/a.json"), "old")
    })
  )

  it.effect("stays the old one when the recording holds a secret", () =>
    Effect.gen(function* () {
      const { files } = yield* recording(answering('{"Token":"x"}'), json(request()), old)
      assert.deepStrictEqual(files, old)
    })
  )

  it.effect("stays the old one when nothing was asked", () =>
    Effect.gen(function* () {
      const { files, exit } = yield* recording(answering("1"), Effect.succeed(1), old)
      assert.deepStrictEqual(exit, Exit.succeed(1))
      assert.deepStrictEqual(files, old)
    })
  )

  it.effect("is written after a failure, which stays what it was", () =>
    Effect.gen(function* () {
      const { exit, text } = yield* recording(
        answering("1"),
        Effect.andThen(json(request()), Effect.fail("the real one"))
      )
      assert.deepStrictEqual(exit, Exit.fail("the real one"))
      assert.lengthOf(parse(text).recordings, 1)
    })
  )

  it.effect("is written after an interruption", () =>
    Effect.gen(function* () {
      const files = makeFiles()
      const asked = yield* Deferred.make<void>()
      const fiber = yield* json(request()).pipe(
        Effect.andThen(Deferred.succeed(asked, undefined)),
        Effect.andThen(json(request({ body: 2 }))),
        Effect.provide(
          recorder({
            files,
            below: network((_) =>
              _.headers["content-length"] === "1" ? Effect.never : Effect.sync(() => new Response("1"))
            )
          })
        ),
        Effect.forkChild
      )
      yield* Deferred.await(asked)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        parse(files.files.get("test/a.json") ?? "").recordings.map((_) => _.failure ?? _.response?.body),
        [1, "timeout"]
      )
    })
  )

  it.effect("is found not to be writable before anything is asked", () =>
    Effect.gen(function* () {
      let asked = 0
      const layer = Replay.layerRecord("missing/a.json").pipe(
        Layer.provide([
          network(() => Effect.sync(() => new Response(String(asked++)))),
          makeFiles().layer,
          ConfigProvider.layer(noVariables)
        ])
      )
      const error = recordingErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
      assert.strictEqual(error.reason, "Write")
      assert.include(error.message, "missing/a.json")
      assert.strictEqual(asked, 0)
    })
  )

  const fullDisk = () => {
    const files = new Map<string, string>()
    const layer = FileSystem.layerNoop({
      writeFileString: (path, text) =>
        text === ""
          ? Effect.sync(() => void files.set(path, text))
          : Effect.fail(PlatformError.systemError({ module: "FileSystem", method: "write", _tag: "Unknown" })),
      remove: (path) => Effect.sync(() => void files.delete(path))
    })
    return { files, layer }
  }

  it.effect("that cannot be written at the end is a defect, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const files = fullDisk()
      const exit = yield* Effect.exit(Effect.provide(json(request()), recorder({ below: answering("1"), files })))
      assert.strictEqual(recordingErrorOf(defectOf(exit)).reason, "Write")
      assert.strictEqual(files.files.size, 0)
    })
  )

  it.effect("that cannot be written does not bury a failure", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(json(request()), Effect.fail("the real one"))
      const exit = yield* Effect.exit(Effect.provide(program, recorder({ below: answering("1"), files: fullDisk() })))
      assert.deepStrictEqual(exit, Exit.fail("the real one"))
    })
  )

  for (const CI of ["true", "1", "TRUE", "yes"]) {
    it.effect(`is never begun when the environment says CI=${JSON.stringify(CI)}`, () =>
      Effect.gen(function* () {
        const files = makeFiles()
        const layer = recorder({ below: answering("1"), files, provider: ConfigProvider.fromEnv({ env: { CI } }) })
        const error = recordingErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
        assert.strictEqual(error.reason, "ContinuousIntegration")
        assert.include(error.message, "CI=")
        assert.strictEqual(files.files.size, 0)
      })
    )
  }

  it.effect("is never begun when the environment cannot be read", () =>
    Effect.gen(function* () {
      const unreadable = ConfigProvider.make(() => Effect.fail(new ConfigProvider.SourceError({ message: "no" })))
      const files = makeFiles()
      const layer = recorder({ below: answering("1"), files, provider: unreadable })
      const error = recordingErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
      assert.strictEqual(error.reason, "ContinuousIntegration")
    })
  )

  for (const CI of ["false", "FALSE", "0", ""]) {
    it.effect(`is written when the environment says CI=${JSON.stringify(CI)}`, () =>
      Effect.gen(function* () {
        const files = makeFiles()
        yield* Effect.provide(
          json(request()),
          recorder({ below: answering("1"), files, provider: ConfigProvider.fromEnv({ env: { CI } }) })
        )
        assert.strictEqual(files.files.size, 1)
      })
    )
  }

  it.live("replays what was recorded over sockets and on disk", () =>
    Effect.gen(function* () {
      const server = http.createServer((incoming, outgoing) => {
        if (incoming.url === "/drop") incoming.socket.destroy()
        else if (incoming.url === "/bytes?signature=1") outgoing.end(Buffer.of(0, 255, 128))
        else if (incoming.url === "/") incoming.pipe(outgoing)
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
        () => Effect.sync(() => server.close().closeAllConnections())
      )
      const address = server.address()
      assert(typeof address === "object" && address !== null)
      const url = `http://127.0.0.1:${address.port}`

      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const path = `${folder}/cassette.json`

      const bytes = HttpClient.get(`${url}/bytes?signature=1`).pipe(
        Effect.flatMap((response) => response.arrayBuffer),
        Effect.map((buffer) => [...new Uint8Array(buffer)])
      )
      const program = Effect.all([
        json(request({ url, body: { b: 1, a: ["é"] } })),
        bytes,
        HttpClient.get(`${url}/drop`).pipe(
          Effect.flip,
          Effect.map((error) => error.reason._tag)
        ),
        HttpClient.get(`${url}/never`).pipe(
          Effect.timeoutOption("50 millis"),
          Effect.map((option) => option._tag)
        )
      ])
      const expected = [{ b: 1, a: ["é"] }, [0, 255, 128], "TransportError", "None"]

      const Recorder = Replay.layerRecord(path).pipe(
        Layer.provide([FetchHttpClient.layer, ConfigProvider.layer(noVariables)])
      )
      assert.deepStrictEqual<unknown>(yield* Effect.provide(program, Recorder), expected)
      assert.deepStrictEqual(yield* fs.readDirectory(folder), ["cassette.json"])

      server.close().closeAllConnections()
      assert.deepStrictEqual<unknown>(yield* Effect.provide(program, Replay.layerFile(path)), expected)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
