/** Temporary credentials as calls and jobs use them, over the fake. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as RateLimit from "../../../src/cloud/RateLimit.ts"
import * as Signer from "../../../src/cloud/Signer.ts"
import * as TencentCloud from "../../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../../src/job/JobKind.ts"
import * as QueryJob from "../../../src/job/QueryJob.ts"
import * as Fake from "../../../src/testing/Fake.ts"
import { id } from "../../support/jobs.ts"
import { settled } from "../../support/wire.ts"

const roleArn = "qcs::cam::uin/12345678:roleName/Renderer"

/** Calls and jobs signed with the credential of a role, over a fake with one job. */
const overRole = (options: Fake.Options = {}, role: Partial<Credentials.AssumeRoleOptions> = {}) => {
  const fake = Fake.layer({ jobs: [{ id, run: "2 minutes" }], ...options })
  const cloud = TencentCloud.layerNoDeps.pipe(Layer.provide([RateLimit.layerNone, Signer.layer]))
  return Layer.mergeAll(cloud, QueryJob.layer).pipe(
    Layer.provideMerge(Credentials.layerAssumeRole({ roleArn, ...role })),
    Layer.provideMerge(fake)
  )
}

/** The actions that arrived at the fake, with their codes where they were refused. */
const arrived = Effect.gen(function* () {
  const requests = yield* (yield* Fake.Fake).requests
  return requests.map(({ action, code }) => (code === undefined ? action : `${action} ${code}`))
})

const query = TencentCloud.call(JobKind.Pro.query, { JobId: id })
const submit = TencentCloud.call(JobKind.Pro.submit, { Prompt: "a cat" })

describe("Temporary credentials", () => {
  it.effect("lead from the environment over a role to the end of a job", () =>
    Effect.gen(function* () {
      const account = { secretId: "AKIDACCOUNT", secretKey: Redacted.make("account-key") }
      const fake = Fake.layer({ jobs: [{ id, run: "2 minutes" }], credential: account })
      const env = { TENCENTCLOUD_SECRET_ID: "AKIDACCOUNT", TENCENTCLOUD_SECRET_KEY: "account-key" }
      const Jobs = QueryJob.layer.pipe(
        Layer.provide(Credentials.layerAssumeRole({ roleArn })),
        Layer.provide(Credentials.layerEnv),
        Layer.provideMerge(fake),
        Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
      )
      yield* Effect.gen(function* () {
        const done = yield* settled(QueryJob.QueryJob.use((jobs) => jobs.wait(id)))
        assert.strictEqual(done._tag, "Done")
        const actions = yield* arrived
        assert.strictEqual(actions[0], "AssumeRole")
        assert.deepStrictEqual(new Set(actions.slice(1)), new Set(["QueryHunyuanTo3DProJob"]))
      }).pipe(Effect.provide(Jobs))
    })
  )

  it.effect("are refreshed during a long wait, so that none that has expired is sent", () =>
    Effect.gen(function* () {
      const done = yield* settled(QueryJob.QueryJob.use((jobs) => jobs.wait(id, { deadline: "1 hour" })))
      assert.strictEqual(done._tag, "Done")
      const actions = yield* arrived
      assert.isTrue(actions.every((action) => action === "AssumeRole" || action === "QueryHunyuanTo3DProJob"))
      assert.isAtLeast(actions.filter((action) => action === "AssumeRole").length, 5)
    }).pipe(Effect.provide(overRole({ jobs: [{ id, run: "50 minutes" }] }, { duration: "10 minutes" })))
  )

  it.effect.each<
    readonly [what: string, call: Effect.Effect<unknown, unknown, TencentCloud.TencentCloud>, action: string]
  >([
    ["a query", query, "QueryHunyuanTo3DProJob"],
    ["a submission", submit, "SubmitHunyuanTo3DProJob"]
  ])("whose token was refused are renewed once, and %s is sent once more", ([, call, action]) =>
    Effect.gen(function* () {
      yield* query
      yield* (yield* Fake.Fake).revoke
      yield* settled(call)
      assert.deepStrictEqual((yield* arrived).slice(2), [`${action} AuthFailure.TokenFailure`, "AssumeRole", action])
    }).pipe(Effect.provide(overRole()))
  )

  it.effect("whose tokens are always refused fail after one more try", () =>
    Effect.gen(function* () {
      yield* query
      const fake = yield* Fake.Fake
      const code = "AuthFailure.TokenFailure"
      yield* fake.fault({ code }, { slow: 0 }, { code })
      const error = yield* settled(Effect.flip(query))
      assert.strictEqual(error._tag === "ApiError" && error.reason._tag, "Authentication")
      const refused = `QueryHunyuanTo3DProJob ${code}`
      assert.deepStrictEqual((yield* arrived).slice(2), [refused, "AssumeRole", refused])
    }).pipe(Effect.provide(overRole()))
  )

  it.effect("whose token was refused are renewed once for all calls at that time", () =>
    Effect.gen(function* () {
      yield* query
      yield* (yield* Fake.Fake).revoke
      yield* settled(
        Effect.all(
          Array.from({ length: 100 }, () => query),
          { concurrency: "unbounded" }
        )
      )
      const actions = (yield* arrived).slice(2)
      assert.strictEqual(actions.filter((action) => action === "AssumeRole").length, 1)
      assert.strictEqual(actions.filter((action) => action === "QueryHunyuanTo3DProJob").length, 100)
    }).pipe(Effect.provide(overRole({ requestsPerSecond: Infinity })))
  )

  it.effect("that have expired while STS fails let a call fail with an error that may pass", () =>
    Effect.gen(function* () {
      yield* query
      yield* TestClock.adjust("2 hours")
      const fake = yield* Fake.Fake
      yield* fake.fault(...Array.from({ length: 100 }, () => ({ code: "InternalError" })))
      const error = yield* settled(Effect.flip(query))
      assert.strictEqual(error._tag, "ApiError")
      if (error._tag !== "ApiError") return
      assert.strictEqual(error.reason._tag, "NoCredentials")
      assert.isTrue(error.isRetryable)
      assert.isFalse(error.mayHaveRun)
      assert.include(error.message, "STS gave no credentials")
      assert.isTrue((yield* arrived).slice(2).every((action) => action === "AssumeRole InternalError"))
    }).pipe(Effect.provide(overRole()))
  )

  it.effect("are fetched where STS is, whatever endpoint a call is given", () =>
    Effect.gen(function* () {
      const own = { protocol: "http", host: "localhost:9", region: "na-siliconvalley", language: "en-US" } as const
      yield* Effect.flip(Effect.provideService(query, Endpoint.Endpoint, own))
      const [first, second] = yield* (yield* Fake.Fake).requests
      assert.strictEqual(first?.headers["host"], "sts.intl.tencentcloudapi.com")
      assert.strictEqual(first?.headers["x-tc-region"], "ap-singapore")
      assert.strictEqual(second?.headers["host"], "localhost:9")
      assert.strictEqual(second?.headers["x-tc-region"], "na-siliconvalley")
    }).pipe(Effect.provide(overRole()))
  )

  it.effect("of a submission that is interrupted are there for the next call", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ slow: "5 seconds" })
      const submitting = yield* Effect.forkChild(submit, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(submitting)
      yield* settled(query)
      assert.deepStrictEqual(yield* arrived, ["AssumeRole", "QueryHunyuanTo3DProJob"])
    }).pipe(Effect.provide(overRole()))
  )
})
