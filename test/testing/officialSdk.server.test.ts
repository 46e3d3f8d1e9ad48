/** The vendor's own Node SDK against the fake, over real HTTP: what the fake says has to be what that client expects. */
import * as Http from "node:http"
import { assert, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js"
import type { ClientProfile } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/interface.js"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { serveFake } from "../support/fakeServer.ts"

const id = "1375367755519696896"
const query = JobKind.Pro.query.action

const keys = { secretId: Fake.credential.secretId, secretKey: Redacted.value(Fake.credential.secretKey) }

interface ClientOptions {
  readonly version?: string
  readonly secretId?: string
  readonly secretKey?: string
  readonly token?: string
  readonly signMethod?: ClientProfile["signMethod"]
}

/** Calls an action as the SDK does. A failure is what the SDK throws. */
const makeClient = (host: string, options: ClientOptions = {}) => {
  const { signMethod, version = "2023-09-01", ...credential } = options
  const client = new CommonClient("", version, {
    credential: { ...keys, ...credential },
    region: "ap-singapore",
    profile: {
      ...(signMethod === undefined ? {} : { signMethod }),
      // With an agent of ours the SDK leaves a proxy from the environment alone.
      httpProfile: { endpoint: host, protocol: "http://", agent: new Http.Agent() }
    }
  })
  return (action: string, request: unknown) =>
    Effect.tryPromise({ try: () => client.request(action, request), catch: thrown })
}

const thrown = (error: unknown) =>
  error instanceof Error && "code" in error ? { code: error.code, message: error.message } : { message: String(error) }

it.live("the SDK submits a job, queries it until it is done, and its links can be fetched", () =>
  Effect.gen(function* () {
    const { fake, host } = yield* serveFake({ wait: 0, run: "30 millis" })
    const call = makeClient(host)
    const { JobId } = yield* call(JobKind.Pro.submit.action, { Prompt: "一只猫 🐈, sitting" })
    assert.deepInclude((yield* fake.jobs)[0], { id: JobId, kind: "Pro", region: "ap-singapore" })
    const done = yield* Effect.repeat(call(query, { JobId }), {
      while: ({ Status }) => Status === "RUN",
      schedule: Schedule.spaced("20 millis")
    })
    assert.include(done, { Status: "DONE", ErrorCode: "", ErrorMessage: "" })
    assert.match(done.RequestId, /^[0-9a-f-]{36}$/)
    const [file] = done.ResultFile3Ds
    assert.strictEqual(file.Type, "GLB")
    const download = (url: string) =>
      Effect.promise(async () => Buffer.from(await (await fetch(url)).arrayBuffer()).toString("latin1"))
    assert.match(yield* download(file.Url), /^glTF/)
    assert.match(yield* download(file.PreviewImageUrl), /^.PNG/)
  })
)

it.live("the SDK assumes a role, and its calls are accepted with the credential that it gets", () =>
  Effect.gen(function* () {
    const { fake, host } = yield* serveFake({ jobs: [{ id }] })
    const role = { RoleArn: "qcs::cam::uin/12345678:roleName/Renderer", RoleSessionName: "sdk", DurationSeconds: 900 }
    const { Credentials } = yield* makeClient(host, { version: "2018-08-13" })("AssumeRole", role)
    const { TmpSecretId: secretId, TmpSecretKey: secretKey, Token: token } = Credentials
    const call = makeClient(host, { secretId, secretKey, token })
    yield* call(query, { JobId: id })
    yield* fake.revoke
    const error = yield* Effect.flip(call(query, { JobId: id }))
    assert.strictEqual("code" in error && error.code, "AuthFailure.TokenFailure")
  })
)

it.live("the SDK reads a job that failed as Status FAIL with its code, and throws nothing", () =>
  Effect.gen(function* () {
    const outcome = { code: "FailedOperation.ServerError", message: "no mesh" }
    const { host } = yield* serveFake({ jobs: [{ id, run: 0, outcome }] })
    assert.include(yield* makeClient(host)(query, { JobId: id }), {
      Status: "FAIL",
      ErrorCode: outcome.code,
      ErrorMessage: outcome.message
    })
  })
)

it.live("the SDK is accepted though it signs the service as 127 and the host without its port", () =>
  Effect.gen(function* () {
    const { fake, host } = yield* serveFake({ jobs: [{ id }] })
    yield* makeClient(host)(query, { JobId: id })
    const [request] = yield* fake.requests
    assert.strictEqual(request?.headers["host"], host)
    assert.match(request?.headers["authorization"] ?? "", /\/127\/tc3_request, SignedHeaders=content-type;host,/)
  })
)

it.live("the SDK is accepted with a temporary key pair and its token", () =>
  Effect.gen(function* () {
    const credential = { ...Fake.credential, token: Redacted.make("session-token") }
    const { host } = yield* serveFake({ credential, jobs: [{ id }] })
    assert.strictEqual((yield* makeClient(host, { token: "session-token" })(query, { JobId: id })).Status, "RUN")
  })
)

it.live("the SDK throws the code of a refusal", () =>
  Effect.gen(function* () {
    const { host } = yield* serveFake({ jobs: [{ id }] })
    const error = yield* Effect.flip(makeClient(host, { secretKey: "wrong" })(query, { JobId: id }))
    assert.include(error, { code: "AuthFailure.SignatureFailure" })
  })
)

it.live.each(["HmacSHA1", "HmacSHA256"] as const)("the SDK is told what to sign with instead of %s", (signMethod) =>
  Effect.gen(function* () {
    const { host } = yield* serveFake({ jobs: [{ id }] })
    const error = yield* Effect.flip(makeClient(host, { signMethod })(query, { JobId: id }))
    assert.include(error, { code: "AuthFailure.InvalidAuthorization" })
    assert.include(error.message, "Sign with TC3-HMAC-SHA256")
  })
)
