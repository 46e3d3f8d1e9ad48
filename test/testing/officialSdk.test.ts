/** The vendor's own Node SDK against the model, over real HTTP: what the model says has to be what its client expects. */
import * as Http from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as TestClock from "effect/testing/TestClock"
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js"
import type { ClientProfile, HttpProfile } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/interface.js"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"

const id = "1375367755519696896"
const query = JobKind.Pro.query.action

/** The model on a port of its own; the address is `127.0.0.1:port`. */
const serve = Effect.fnUntraced(function* (options?: Fake.Options) {
  const context = yield* Layer.build(
    Layer.effectDiscard(HttpServer.serveEffect(Fake.httpApp)).pipe(
      Layer.provideMerge(NodeHttpServer.layer(() => Http.createServer(), { host: "127.0.0.1", port: 0 })),
      Layer.provideMerge(Fake.layerHandle(options))
    )
  )
  return yield* Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    if (address._tag !== "InetAddressV4") return yield* Effect.die(address)
    return { fake: yield* Fake.Fake, host: `127.0.0.1:${address.port}` }
  }).pipe(Effect.provide(context))
})

const keys = { secretId: Fake.credential.secretId, secretKey: Redacted.value(Fake.credential.secretKey) }

interface ClientOptions {
  readonly secretId?: string
  readonly secretKey?: string
  readonly token?: string
  /** None with `null`. */
  readonly region?: string | null
  readonly signMethod?: ClientProfile["signMethod"]
  readonly reqMethod?: HttpProfile["reqMethod"]
}

/** Calls an action as the SDK does. A failure is what the SDK throws. */
const makeClient = (host: string, options: ClientOptions = {}) => {
  const { region = "ap-singapore", signMethod, reqMethod = "POST", ...credential } = options
  const client = new CommonClient("", "2023-09-01", {
    credential: { ...keys, ...credential },
    ...(region === null ? {} : { region }),
    profile: {
      ...(signMethod === undefined ? {} : { signMethod }),
      // With an agent of ours the SDK leaves a proxy from the environment alone.
      httpProfile: { endpoint: host, protocol: "http://", reqMethod, agent: new Http.Agent() }
    }
  })
  return (action: string, request: unknown) =>
    Effect.tryPromise({ try: () => client.request(action, request), catch: thrown })
}

const thrown = (error: unknown) =>
  error instanceof Error && "code" in error ? { code: error.code, message: error.message } : { message: String(error) }

const file = (Type: string) => ({ Url: "https://bucket.example/model", Type })

/** For each kind of job the least that the API accepts. */
const requests: Readonly<Record<string, object>> = {
  Pro: { Prompt: "一只猫 🐈, sitting" },
  Rapid: { ImageUrl: "https://bucket.example/cat.png" },
  SmartTopology: { File3D: file("GLB") },
  UV: { File: file("OBJ") },
  Part: { File: file("FBX") },
  TextureEdit: { File3D: file("FBX"), Prompt: "gold" },
  Convert3DFormat: { File: file("GLB"), Format: "STL" },
  AutoRigging: { File3D: file("FBX") }
}

describe("the official SDK", () => {
  for (const kind of JobKind.all) {
    it.live(`submits a ${kind.name} job and polls it to DONE`, () =>
      Effect.gen(function* () {
        const { fake, host } = yield* serve({ wait: 0, run: "30 millis" })
        const call = makeClient(host)
        const { JobId } = yield* call(kind.submit.action, requests[kind.name])
        assert.deepInclude((yield* fake.jobs)[0], { id: JobId, kind: kind.name, region: "ap-singapore" })
        const done = yield* Effect.repeat(call(kind.query.action, { JobId }), {
          while: ({ Status }) => Status === "RUN",
          schedule: Schedule.spaced("60 millis")
        })
        assert.strictEqual(done.Status, "DONE")
        assert.strictEqual(done.ErrorCode, "")
      })
    )
  }

  it.live("reads a job that runs", () =>
    Effect.gen(function* () {
      const { host } = yield* serve({ jobs: [{ id }] })
      const running = yield* makeClient(host)(query, { JobId: id })
      assert.include(running, { Status: "RUN", ErrorCode: "", ErrorMessage: "" })
      assert.deepStrictEqual(running.ResultFile3Ds, [])
      assert.match(running.RequestId, /^[0-9a-f-]{36}$/)
    })
  )

  it.live("reads links of a job that is done, and plain fetch downloads what is behind them", () =>
    Effect.gen(function* () {
      const { host } = yield* serve({ jobs: [{ id, run: 0 }] })
      const { ResultFile3Ds } = yield* makeClient(host)(query, { JobId: id })
      assert.strictEqual(ResultFile3Ds[0].Type, "GLB")
      const download = (url: string) =>
        Effect.promise(async () => Buffer.from(await (await fetch(url)).arrayBuffer()).toString("latin1"))
      assert.match(yield* download(ResultFile3Ds[0].Url), /^glTF/)
      assert.match(yield* download(ResultFile3Ds[0].PreviewImageUrl), /^.PNG/)
    })
  )

  it.live("reads a job that failed as Status FAIL with its code, and throws nothing", () =>
    Effect.gen(function* () {
      const outcome = { code: "FailedOperation.ServerError", message: "no mesh" }
      const { host } = yield* serve({ jobs: [{ id, run: 0, outcome }] })
      assert.include(yield* makeClient(host)(query, { JobId: id }), {
        Status: "FAIL",
        ErrorCode: outcome.code,
        ErrorMessage: outcome.message
      })
    })
  )

  it.live("is accepted though it signs the service as 127 and the host without its port", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serve({ jobs: [{ id }] })
      yield* makeClient(host)(query, { JobId: id })
      const [request] = yield* fake.requests
      assert.strictEqual(request?.headers["host"], host)
      assert.match(request?.headers["authorization"] ?? "", /\/127\/tc3_request, SignedHeaders=content-type;host,/)
    })
  )

  it.live("is accepted with a temporary key pair and its token", () =>
    Effect.gen(function* () {
      const credential = { ...Fake.credential, token: Redacted.make("session-token") }
      const { host } = yield* serve({ credential, jobs: [{ id }] })
      assert.strictEqual((yield* makeClient(host, { token: "session-token" })(query, { JobId: id })).Status, "RUN")
    })
  )

  it.live("is refused when the token of a temporary key pair is missing", () =>
    Effect.gen(function* () {
      const { host } = yield* serve({ credential: { ...Fake.credential, token: Redacted.make("session-token") } })
      assert.include(yield* Effect.flip(makeClient(host)(query, { JobId: id })), { code: "AuthFailure.TokenFailure" })
    })
  )

  /** What the SDK throws when it asks for a job that the model has. */
  const refused = (options: ClientOptions, action = query, request: object = { JobId: id }) =>
    Effect.gen(function* () {
      const { host } = yield* serve({ jobs: [{ id }] })
      return yield* Effect.flip(makeClient(host, options)(action, request))
    })

  it.live("is refused with a wrong key", () =>
    Effect.gen(function* () {
      assert.include(yield* refused({ secretKey: "wrong" }), { code: "AuthFailure.SignatureFailure" })
    })
  )

  it.live("is refused with a secret id that is not known", () =>
    Effect.gen(function* () {
      assert.include(yield* refused({ secretId: "AKIDUNKNOWN" }), { code: "AuthFailure.SecretIdNotFound" })
    })
  )

  it.live("is told by name that its region is missing", () =>
    Effect.gen(function* () {
      const error = yield* refused({ region: null })
      assert.include(error, { code: "MissingParameter" })
      assert.include(error.message, "X-TC-Region")
    })
  )

  it.live("does not find a job in another region than its own", () =>
    Effect.gen(function* () {
      assert.include(yield* refused({ region: "na-siliconvalley" }), { code: "FailedOperation.JobNotFound" })
    })
  )

  it.live("is told that an action does not exist", () =>
    Effect.gen(function* () {
      const error = yield* refused({}, "QueryHunyuanTo4DJob")
      assert.include(error, { code: "InvalidAction" })
      assert.include(error.message, "QueryHunyuanTo4DJob")
    })
  )

  it.live("is told which parameter the API does not know", () =>
    Effect.gen(function* () {
      const error = yield* refused({}, JobKind.Pro.submit.action, { Promt: "a cat" })
      assert.include(error, { code: "UnknownParameter" })
      assert.include(error.message, "Promt")
    })
  )

  it.live("is told that GET is not modelled", () =>
    Effect.gen(function* () {
      const error = yield* refused({ reqMethod: "GET" })
      assert.include(error, { code: "UnsupportedProtocol" })
      assert.include(error.message, "POST")
    })
  )

  for (const signMethod of ["HmacSHA1", "HmacSHA256"] as const) {
    it.live(`is told that the older signature ${signMethod} is not modelled, and what to sign with`, () =>
      Effect.gen(function* () {
        const error = yield* refused({ signMethod })
        assert.include(error, { code: "AuthFailure.InvalidAuthorization" })
        assert.include(error.message, "Sign with TC3-HMAC-SHA256")
      })
    )
  }

  // The model's clock stands still, so that a slow machine does not spread the calls over more than a second.
  it.effect("has 20 of 25 calls at once accepted, and the others refused", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      const { host } = yield* serve({ jobs: [{ id }] })
      const call = makeClient(host)
      const outcome = call(query, { JobId: id }).pipe(
        Effect.match({ onSuccess: ({ Status }): unknown => Status, onFailure: ({ code }) => code })
      )
      const outcomes = yield* Effect.all(
        Array.from({ length: 25 }, () => outcome),
        { concurrency: "unbounded" }
      )
      const count = (outcome: string) => outcomes.filter((other) => other === outcome).length
      assert.deepStrictEqual([count("RUN"), count("RequestLimitExceeded")], [20, 5])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* outcome, "RUN")
    })
  )
})
