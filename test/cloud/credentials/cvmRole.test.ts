import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Effect, Fiber, Layer, Redacted, Result } from "effect"
import * as fc from "fast-check"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as Fake from "../../../src/testing/Fake.ts"
import { property } from "../../support/property.ts"
import { type Answer, dropped, json, respond, settled, silence, slow, transport } from "../../support/wire.ts"

const get = Credentials.Credentials.use(({ get }) => get)

const credential = { Code: "Success", TmpSecretId: "AKID1", TmpSecretKey: "key", Token: "token", ExpiredTime: 7200 }

/** What `layerCvmRole` makes of these answers, and what it sent. */
const over = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
  const { layer, sent } = yield* transport(...answers)
  const result = yield* settled(get).pipe(
    Effect.provide(Credentials.layerCvmRole().pipe(Layer.provide(layer))),
    Effect.result
  )
  return { result, sent: yield* sent }
})

/** The reason for which there is no credential. */
const reasonOver = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
  const { result } = yield* over(...answers)
  if (Result.isSuccess(result)) return yield* Effect.die("there is a credential")
  return result.failure.reason
})

describe("Credentials.layerCvmRole", () => {
  it.effect("gives the credential of the machine's role, its expiry and its source", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* over(respond("renderer\n"), json(credential))
      if (result._tag === "Failure") return yield* result.failure
      const { expiresAt, secretId, secretKey, source, token } = result.success
      assert.strictEqual(secretId, "AKID1")
      assert.strictEqual(Redacted.value(secretKey), "key")
      assert.strictEqual(token && Redacted.value(token), "token")
      assert.strictEqual(expiresAt && DateTime.toEpochMillis(expiresAt), 7_200_000)
      assert.strictEqual(source, "the CVM role renderer")
      const folder = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"
      assert.deepStrictEqual(
        sent.map(({ method, url }) => `${method} ${url.href}`),
        [`GET ${folder}`, `GET ${folder}renderer`]
      )
    })
  )

  it.effect("is accepted by the service that the fake is, until it expires", () =>
    Effect.gen(function* () {
      const { expiresAt, source } = yield* get
      assert.strictEqual(source, "the CVM role renderer")
      const left = (expiresAt ? DateTime.toEpochMillis(expiresAt) : 0) - (yield* Clock.currentTimeMillis)
      assert.isAbove(left, 0)
    }).pipe(Effect.provide(Credentials.layerCvmRole().pipe(Layer.provide(Fake.layer({ role: "renderer" })))))
  )

  it.effect("says of a machine without a role that nothing is configured", () =>
    Effect.gen(function* () {
      const { reason } = yield* Effect.flip(get)
      assert.strictEqual(reason._tag, "NotConfigured")
      assert.include(reason.message, "the role of the CVM (http://metadata.tencentyun.com)")
    }).pipe(Effect.provide(Credentials.layerCvmRole().pipe(Layer.provide(Fake.layer()))))
  )

  it.effect("takes an empty name for no role", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* reasonOver(respond(" \n")))._tag, "NotConfigured")
    })
  )

  it.effect.each<readonly [what: string, answers: ReadonlyArray<Answer>]>([
    ["never answers", [silence]],
    ["answers after more than a second", [slow("1001 millis", respond("renderer"))]],
    ["names a role and then never answers", [respond("renderer"), silence]],
    ["cannot be reached", [dropped()]],
    ["answers with a page of a router", [respond("<html>Log in</html>")]],
    ["answers with an error", [respond("renderer", { status: 500 })]],
    ["sends elsewhere", [respond("", { status: 302, headers: { location: "http://169.254.0.1/" } })]],
    ["answers without end", [respond("x".repeat(65_537))]],
    ["names two roles", [respond("renderer\nother"), json(credential)]],
    ["does not know the role that it named", [respond("renderer"), respond("", { status: 404 })]],
    ["has no success", [respond("renderer"), json({ ...credential, Code: "Failed" })]],
    ["gives a credential without a key", [respond("renderer"), json({ ...credential, TmpSecretKey: "" })]],
    ["gives a time that is none", [respond("renderer"), json({ ...credential, ExpiredTime: "soon" })]],
    ["gives something else than JSON", [respond("renderer"), respond("key=secret")]]
  ])("says that the metadata service is unreachable, and may be reachable later, when it %s", ([, answers]) =>
    Effect.gen(function* () {
      const reason = yield* reasonOver(...answers)
      assert.strictEqual(reason._tag, "Unreachable")
      assert.isTrue(reason.isRetryable)
      assert.match(reason.message, /^No credentials came from the metadata service of the CVM: .*\.$/)
    })
  )

  it.effect("fails within a second where nothing answers", () =>
    Effect.gen(function* () {
      const { layer } = yield* transport(silence)
      const fiber = yield* get.pipe(
        Effect.provide(Credentials.layerCvmRole().pipe(Layer.provide(layer))),
        Effect.flip,
        Effect.andThen(Clock.currentTimeMillis),
        Effect.forkChild
      )
      yield* settled(Effect.void)
      assert.strictEqual(yield* Fiber.join(fiber), 1000)
    })
  )

  property(
    "requests nothing but a role in the folder of roles, whatever the name of the role",
    [
      fc.oneof(
        fc.string(),
        fc.constantFrom("..", ".", "../../user-data", "a/b", "a?b", "a#b", "%2e%2e", "\\..", "//host/x")
      )
    ],
    (name) =>
      Effect.gen(function* () {
        const { sent } = yield* over(respond(name), json(credential))
        for (const { url } of sent.slice(1)) {
          assert.strictEqual(url.origin, "http://metadata.tencentyun.com")
          assert.match(url.pathname, /^\/latest\/meta-data\/cam\/security-credentials\/[^/]+$/)
          assert.strictEqual(url.search + url.hash, "")
        }
      })
  )

  it.effect.each(["metadata.tencentyun.com", "ftp://metadata.tencentyun.com", "http://user:secret@host", ""])(
    "refuses the endpoint %j, and does not repeat it",
    (endpoint) =>
      Effect.gen(function* () {
        const { layer, sent } = yield* transport()
        const { reason } = yield* get.pipe(
          Effect.provide(Credentials.layerCvmRole({ endpoint }).pipe(Layer.provide(layer))),
          Effect.flip
        )
        assert.strictEqual(reason._tag, "WrongFormat")
        assert.include(reason.message, "endpoint must be an origin such as http://metadata.tencentyun.com")
        assert.notInclude(reason.message, "secret@")
        assert.isEmpty(yield* sent)
      })
  )
})
