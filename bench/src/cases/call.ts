/**
 * One call of the API, 32 at once, to a server on loopback: CPU time a call, and calls a second.
 *
 * Each contender sends the same query and parses the answer. The SDKs sign it, as we do; the others do not. The rate
 * limit is in the way, but set so high that it holds nobody back. The SDK gets an agent that keeps connections open; its
 * international client takes none, and closes each.
 */
import * as Http from "node:http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { request } from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js"
import intl from "tencentcloud-sdk-nodejs-intl-en/tencentcloud/common/index.js"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as RateLimit from "../../../src/cloud/RateLimit.ts"
import * as Signer from "../../../src/cloud/Signer.ts"
import * as TencentCloud from "../../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../../src/job/JobKind.ts"
import { compare, type Form, type Metric, timed } from "../measure.ts"
import { serve } from "../server.ts"
import { credentials, jobId, keys } from "../support.ts"

const atOnce = 32

const input = { JobId: jobId(0) }
const { action } = JobKind.Pro.query

/** Makes calls, some at once, and tells what one of them took. */
const calls = <E, R>(count: number, call: Effect.Effect<unknown, E, R>) => {
  const some = Effect.gen(function* () {
    for (let i = 0; i < count / atOnce; i++) yield* call
  })
  return perCall(
    count,
    Effect.all(
      Array.from({ length: atOnce }, () => some),
      { concurrency: "unbounded" }
    )
  )
}

/** The same for what answers with promises, without Effect in its way. */
const promised = (count: number, call: () => Promise<unknown>) => {
  const some = async () => {
    for (let i = 0; i < count / atOnce; i++) await call()
  }
  return perCall(
    count,
    Effect.tryPromise(() => Promise.all(Array.from({ length: atOnce }, some)))
  )
}

const perCall = <E, R>(count: number, all: Effect.Effect<unknown, E, R>) =>
  Effect.map(timed(all), ({ cpu, time }) => ({ cpu: (cpu / count) * 1000, rate: (count / time) * 1000 }))

const cloud = (host: string) =>
  TencentCloud.layerNoDeps.pipe(
    Layer.provide([RateLimit.layer({ limit: 1_000_000 }), Signer.layer]),
    Layer.provide([credentials, Endpoint.layer({ protocol: "http", host })])
  )

const ours = TencentCloud.call(JobKind.Pro.query, input)

const sdk = (host: string) => {
  const client = new CommonClient("", "2023-09-01", {
    credential: keys,
    region: "ap-singapore",
    // With an agent of ours the SDK leaves a proxy from the environment alone.
    profile: { httpProfile: { endpoint: host, protocol: "http://", agent: new Http.Agent({ keepAlive: true }) } }
  })
  return () => client.request(action, input)
}

const intlSdk = (host: string) => {
  const profile = new intl.ClientProfile("TC3-HMAC-SHA256", new intl.HttpProfile("http://", host))
  const credential = new intl.Credential(keys.secretId, keys.secretKey)
  const client = new intl.CommonClient("", "2023-09-01", credential, "ap-singapore", profile)
  return () =>
    new Promise<unknown>((resolve, reject) =>
      client.request(action, input, {}, (error, answer) => (error === null ? resolve(answer) : reject(error)))
    )
}

const bareEffect = (host: string) =>
  HttpClient.post(`http://${host}/`, { body: HttpBody.jsonUnsafe(input), headers: { "x-tc-action": action } }).pipe(
    Effect.flatMap((response) => response.json)
  )

const headers = { "content-type": "application/json", "x-tc-action": action }
const body = JSON.stringify(input)

const undiciRequest = (host: string) => async () => {
  const answer = await request(`http://${host}/`, { method: "POST", headers, body })
  return answer.body.json()
}

const globalFetch = (host: string) => async () => {
  const answer = await fetch(`http://${host}/`, { method: "POST", headers, body })
  const parsed: unknown = await answer.json()
  return parsed
}

const metrics = (cpu: Record<string, number>, rate: Record<string, number>): Record<string, Metric> => ({
  cpu: { name: "CPU a call", unit: "µs", goals: cpu },
  rate: { name: "calls a second", unit: "/s", form: "full", better: "more", goals: rate }
})

export const call = {
  name: "call",
  run: Effect.fnUntraced(function* (form: Form) {
    const host = yield* serve
    const count = { short: 96, full: 640 }[form]
    const onUndici = yield* compare(form, {
      title: "call over undici, 32 at once",
      rounds: { short: 25, full: 15 },
      warmUps: 4,
      ours: calls(count, ours),
      peers: {
        SDK: promised(count, sdk(host)),
        "SDK intl": promised(count, intlSdk(host)),
        "Effect undici": calls(count, bareEffect(host)),
        "undici.request": promised(count, undiciRequest(host))
      },
      metrics: metrics({ SDK: 0.5, "Effect undici": 2 }, { SDK: 2 })
    }).pipe(Effect.provide(Layer.provideMerge(cloud(host), NodeHttpClient.layerUndici)))
    const onFetch = yield* compare(form, {
      title: "call over fetch, 32 at once",
      rounds: { short: 25, full: 15 },
      warmUps: 4,
      ours: calls(count, ours),
      peers: {
        "Effect fetch": calls(count, bareEffect(host)),
        SDK: promised(count, sdk(host)),
        "global fetch": promised(count, globalFetch(host))
      },
      metrics: metrics({ "Effect fetch": 1.3 }, {})
    }).pipe(Effect.provide(Layer.provideMerge(cloud(host), FetchHttpClient.layer)))
    return [...onUndici, ...onFetch]
  })
}
