import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted, Result } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as CredentialsError from "../../src/cloud/CredentialsError.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as Tc3 from "../../src/cloud/Tc3.ts"
import { printed } from "../support/printed.ts"
import { property } from "../support/property.ts"

const credential: Credentials.Credential = {
  secretId: "AKIDEXAMPLE",
  secretKey: Redacted.make("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
}
const temporary = { ...credential, token: Redacted.make("9fLtQGwyPPxsNTmGbIzfcGOQqEXAMPLE") }
const options: Signer.SignOptions = { service: "hunyuan", skew: Duration.zero }

const request = HttpClientRequest.post("https://hunyuan.intl.tencentcloudapi.com/", {
  headers: { "x-tc-action": "QueryHunyuanTo3DProJob", "x-tc-region": "ap-singapore" },
  body: HttpBody.text(`{"JobId":"1375367755519696896"}`, "application/json; charset=utf-8")
})

const sign = (request: HttpClientRequest.HttpClientRequest, options: Signer.SignOptions) =>
  Signer.Signer.use((signer) => signer.sign(request, options))

const signedBy = (credential: Credentials.Credential) =>
  Effect.provide(Signer.layer.pipe(Layer.provide(Credentials.layer(credential))))

/** What a server checks: the signature against the request as it would arrive. */
const verifies = (signed: HttpClientRequest.HttpClientRequest, host: string) =>
  Tc3.verify({
    method: signed.method,
    host,
    headers: signed.headers,
    payload: signed.body._tag === "Uint8Array" ? signed.body.body : "",
    authorization: Result.getOrThrow(Tc3.parseAuthorization(signed.headers["authorization"] ?? "")),
    timestamp: Number(signed.headers["x-tc-timestamp"]),
    credential
  })

describe("Signer.layer", () => {
  it.effect("the request is signed as Tc3 does", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_551_113_065_999)
      const signed = yield* sign(request, options)
      assert.strictEqual(signed.headers["x-tc-timestamp"], "1551113065")
      assert.strictEqual(
        signed.headers["authorization"],
        Tc3.sign({
          method: "POST",
          host: "hunyuan.intl.tencentcloudapi.com",
          headers: { "content-type": "application/json; charset=utf-8", "x-tc-action": "QueryHunyuanTo3DProJob" },
          payload: `{"JobId":"1375367755519696896"}`,
          timestamp: 1_551_113_065,
          service: "hunyuan",
          credential
        }).authorization
      )
    }).pipe(signedBy(credential))
  )

  property(
    "a signature verifies, whatever is signed",
    [
      fc.record({
        host: fc.tuple(fc.domain(), fc.constantFrom("", ":8443")).map((parts) => parts.join("")),
        action: fc.stringMatching(/^[A-Za-z0-9]{1,40}$/),
        body: fc.string({ unit: "binary" }),
        service: fc.stringMatching(/^[a-z0-9]{1,12}$/),
        skew: fc.integer({ min: -1e6, max: 1e6 })
      })
    ],
    ({ action, body, host, service, skew }) =>
      Effect.gen(function* () {
        const made = HttpClientRequest.post(`https://${host}/`, {
          headers: { "X-TC-Action": action },
          body: HttpBody.text(body, "application/json")
        })
        const signed = yield* sign(made, { service, skew: Duration.seconds(skew) })
        assert.isTrue(verifies(signed, host.toLowerCase()), `${host} ${action}`)
        assert.include(signed.headers["authorization"], `/${service}/tc3_request`)
        assert.strictEqual(signed.headers["x-tc-timestamp"], String(skew))
      }).pipe(signedBy(credential))
  )

  it.effect("a signed request has the headers of the signature more, and nothing else is changed", () =>
    Effect.gen(function* () {
      const signed = yield* sign(request, options)
      const { authorization, "x-tc-timestamp": timestamp, "x-tc-token": token, ...others } = signed.headers
      assert.isString(authorization)
      assert.isString(timestamp)
      assert.isString(token)
      assert.deepStrictEqual(others, { ...request.headers })
      assert.strictEqual(signed.method, request.method)
      assert.strictEqual(signed.url, request.url)
      assert.strictEqual(signed.body, request.body)
    }).pipe(signedBy(temporary))
  )

  it.effect("the port is signed where it is not the default one", () =>
    Effect.gen(function* () {
      const signedFor = (url: string) => sign(HttpClientRequest.setUrl(request, url), options)
      assert.isTrue(verifies(yield* signedFor("http://127.0.0.1:8080/"), "127.0.0.1:8080"))
      assert.isTrue(verifies(yield* signedFor("https://host.example:8443/"), "host.example:8443"))
      assert.isTrue(verifies(yield* signedFor("https://host.example:443/"), "host.example"))
      assert.isTrue(verifies(yield* signedFor("http://[::1]:80/"), "[::1]"))
    }).pipe(signedBy(credential))
  )

  it.effect("the skew is added to the clock", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000_500)
      const at = (skew: Duration.Duration) =>
        Effect.map(sign(request, { ...options, skew }), (signed) => signed.headers["x-tc-timestamp"])
      assert.strictEqual(yield* at(Duration.zero), "1000000")
      assert.strictEqual(yield* at(Duration.hours(8)), "1028800")
      assert.strictEqual(yield* at(Duration.millis(499)), "1000000")
      assert.strictEqual(yield* at(Duration.millis(500)), "1000001")
      assert.strictEqual(yield* at(Duration.minutes(-10)), "999400")
    }).pipe(signedBy(credential))
  )

  it.effect("the token of a temporary credential is sent, and none otherwise", () =>
    Effect.gen(function* () {
      const withToken = yield* sign(request, options).pipe(signedBy(temporary))
      const without = yield* sign(request, options).pipe(signedBy(credential))
      assert.strictEqual(withToken.headers["x-tc-token"], Redacted.value(temporary.token))
      assert.notProperty(without.headers, "x-tc-token")
      assert.isTrue(verifies(withToken, "hunyuan.intl.tencentcloudapi.com"))
    })
  )

  it.effect("the credential is fetched once per signature, and not before", () =>
    Effect.gen(function* () {
      let asked = 0
      const Rotating = Layer.succeed(Credentials.Credentials, {
        get: Effect.sync(() => {
          asked += 1
          return { ...credential, secretId: `AKID${asked}` }
        })
      })
      yield* Effect.gen(function* () {
        assert.strictEqual(asked, 0)
        const first = yield* sign(request, options)
        const second = yield* sign(request, options)
        assert.include(first.headers["authorization"], "Credential=AKID1/")
        assert.include(second.headers["authorization"], "Credential=AKID2/")
        assert.strictEqual(asked, 2)
      }).pipe(Effect.provide(Signer.layer.pipe(Layer.provide(Rotating))))
    })
  )

  it.effect("a failure of Credentials is the failure of the signature", () =>
    Effect.gen(function* () {
      const error = new CredentialsError.CredentialsError({
        reason: new CredentialsError.SourceFailed({ description: "The role was taken away." })
      })
      const Broken = Layer.succeed(Credentials.Credentials, { get: Effect.fail(error) })
      const failure = sign(request, options).pipe(Effect.provide(Signer.layer.pipe(Layer.provide(Broken))), Effect.flip)
      assert.strictEqual(yield* failure, error)
    })
  )

  it.effect.each<readonly [what: string, credential: Credentials.Credential]>([
    ["line break in the secret id", { ...temporary, secretId: "AKID\nEXAMPLE" }],
    ["line break in the token", { ...temporary, token: Redacted.make("9fLtQG\r\nX-Evil: 1") }],
    ["character beyond ASCII in the token", { ...temporary, token: Redacted.make("9fLtQG…") }]
  ])("a %s is refused, since no header can carry it, and is not printed", ([, credential]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(sign(request, options)).pipe(signedBy(credential))
      assert.strictEqual(error._tag, "CredentialsError")
      assert.match(error.message, /secret id.*token/)
      assert.notMatch(printed(error), /9fLtQG|AKID/)
    })
  )
})

describe("Signer.layerUnsigned", () => {
  it.effect("an unsigned request carries the time, and SKIP in place of a signature", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_551_113_065_999)
      const signed = yield* sign(request, options)
      assert.deepStrictEqual(
        { ...signed.headers },
        { ...request.headers, authorization: "SKIP", "x-tc-timestamp": "1551113065" }
      )
    }).pipe(Effect.provide(Signer.layerUnsigned))
  )
})
