/**
 * Signing one request as the `Signer` sends it, and one with a body of 8 MB, as an image in base64 makes it.
 *
 * The peers sign the same body by their own methods: the SDK by TC3, aws4 and Smithy by AWS Signature 4, which TC3
 * follows. `noble` is what is left when the hashes alone are computed, with the signing key at hand. Nobody can hash
 * 8 MB faster than Node itself.
 */
import { createHash, createHmac } from "node:crypto"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { SignatureV4 } from "@smithy/signature-v4"
import aws4 from "aws4"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import sdk from "tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js"
import * as Signer from "../../../src/cloud/Signer.ts"
import { compare, type Form, timed } from "../measure.ts"
import { credentials, jobId, keys } from "../support.ts"

const host = "hunyuan.intl.tencentcloudapi.com"
const contentType = "application/json; charset=utf-8"

/** Signs in a loop; what one signature took, in microseconds of CPU. */
const each = <E, R>(count: number, sign: Effect.Effect<unknown, E, R>) =>
  Effect.map(
    timed(
      Effect.gen(function* () {
        for (let i = 0; i < count; i++) yield* sign
      })
    ),
    ({ cpu }) => ({ cpu: (cpu / count) * 1000 })
  )

const plain = (count: number, sign: () => unknown) =>
  Effect.map(
    timed(
      Effect.sync(() => {
        for (let i = 0; i < count; i++) sign()
      })
    ),
    ({ cpu }) => ({ cpu: (cpu / count) * 1000 })
  )

const ours = (payload: Uint8Array) => {
  const request = HttpClientRequest.post(`https://${host}/`, { headers: { "x-tc-action": "QueryHunyuanTo3DProJob" } })
  const whole = HttpClientRequest.bodyUint8Array(request, payload, contentType)
  return Signer.Signer.use((signer) => signer.sign(whole, { service: "hunyuan", skew: Duration.zero }))
}

const bySdk = (payload: unknown) => () =>
  sdk.default.sign3({
    method: "POST",
    url: `https://${host}/`,
    payload,
    timestamp: Math.floor(Date.now() / 1000),
    service: "hunyuan",
    secretId: keys.secretId,
    secretKey: keys.secretKey,
    multipart: false,
    boundary: "",
    headers: { "Content-Type": contentType }
  })

const byAws4 = (body: string) => () =>
  aws4.sign(
    {
      host,
      path: "/",
      method: "POST",
      service: "hunyuan",
      region: "ap-singapore",
      headers: { "content-type": contentType },
      body
    },
    { accessKeyId: keys.secretId, secretAccessKey: keys.secretKey }
  )

/** Node's hashes as Smithy takes them, as in the AWS SDK. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = ArrayBuffer.isView(secret)
      ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
      : secret
    this.#hash =
      key === undefined
        ? createHash("sha256")
        : createHmac("sha256", typeof key === "string" ? key : new Uint8Array(key))
  }
  update(chunk: Uint8Array) {
    this.#hash.update(chunk)
  }
  digest() {
    return Promise.resolve(new Uint8Array(this.#hash.digest()))
  }
  reset() {}
}

const bySmithy = (body: string) => {
  const signer = new SignatureV4({
    credentials: { accessKeyId: keys.secretId, secretAccessKey: keys.secretKey },
    region: "ap-singapore",
    service: "hunyuan",
    sha256: Sha256
  })
  const request = {
    protocol: "https:",
    hostname: host,
    path: "/",
    method: "POST",
    headers: { host, "content-type": contentType },
    body
  }
  return Effect.promise(() => signer.sign(request))
}

const byNoble = (payload: Uint8Array) => {
  const key = hmac.create(sha256, sha256(payload))
  const text = new Uint8Array(150)
  return () => [sha256(payload), sha256(text), key.clone().update(text).digest()]
}

export const sign = {
  name: "sign",
  run: Effect.fnUntraced(
    function* (form: Form) {
      const count = { short: 500, full: 2500 }[form]
      const json = { JobId: jobId(0) }
      const body = JSON.stringify(json)
      const payload = new TextEncoder().encode(body)
      const one = yield* compare(form, {
        title: "sign one request",
        rounds: { short: 31, full: 41 },
        warmUps: 25,
        ours: each(count, ours(payload)),
        peers: {
          SDK: plain(count, bySdk(json)),
          aws4: plain(count, byAws4(body)),
          Smithy: each(count, bySmithy(body)),
          noble: plain(count, byNoble(payload))
        },
        metrics: { cpu: { name: "CPU", unit: "µs", goals: { SDK: 0.143 } } }
      })
      const large = Buffer.alloc(8_000_000, body)
      const eight = yield* compare(form, {
        title: "sign 8 MB",
        rounds: { short: 11, full: 21 },
        warmUps: 2,
        ours: each(3, ours(large)),
        peers: {
          "Node's hash": plain(3, () => createHash("sha256").update(large).digest("hex")),
          "SDK with a Buffer": plain(3, bySdk(large))
        },
        metrics: { cpu: { name: "CPU", unit: "µs", goals: { "Node's hash": 2 } } }
      })
      return [...one, ...eight]
    },
    Effect.provide(Layer.provide(Signer.layer, credentials))
  )
}
