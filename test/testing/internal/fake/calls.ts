/**
 * Calls of the fake for its tests, made by `Tc3` and a plain `HttpClient`
 * so that each part of a request can be got wrong.
 */
import { Clock, Effect, Layer, Redacted } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import type * as Credentials from "../../../../src/cloud/Credentials.ts"
import * as Tc3 from "../../../../src/cloud/Tc3.ts"
import * as TencentCloud from "../../../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as QueryJob from "../../../../src/job/QueryJob.ts"
import * as Fake from "../../../../src/testing/Fake.ts"

export const host = "hunyuan.intl.tencentcloudapi.com"
export const query = JobKind.Pro.query.action
export const submit = JobKind.Pro.submit.action
export const unknownId = "1375367755519696896"
export const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export interface Sent {
  readonly action?: string
  readonly body?: string | Uint8Array
  readonly host?: string
  readonly signedHost?: string
  readonly service?: string
  /** Seconds by which the signer's clock is ahead. */
  readonly skew?: number
  readonly credential?: Credentials.Credential
  /** Set before signing. */
  readonly headers?: Record<string, string>
  /** What happens to the request after it was signed. */
  readonly change?: (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest
}

/** A request as a client signs it. */
export const signed = (sent: Sent) =>
  Effect.gen(function* () {
    const credential = sent.credential ?? Fake.credential
    const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000) + (sent.skew ?? 0)
    const body = sent.body ?? JSON.stringify({ JobId: unknownId })
    const headers = {
      "content-type": "application/json",
      "x-tc-action": sent.action ?? query,
      "x-tc-version": "2023-09-01",
      "x-tc-region": "ap-singapore",
      "x-tc-timestamp": String(timestamp),
      ...(credential.token === undefined ? {} : { "x-tc-token": Redacted.value(credential.token) }),
      ...sent.headers
    }
    const { authorization } = Tc3.sign({
      method: "POST",
      host: sent.signedHost ?? sent.host ?? host,
      headers,
      payload: body,
      timestamp,
      service: sent.service ?? "hunyuan",
      credential,
      signedHeaders: ["content-type", "host"]
    })
    const request = HttpClientRequest.post(`https://${sent.host ?? host}/`).pipe(
      HttpClientRequest.setBody(HttpBody.uint8Array(typeof body === "string" ? new TextEncoder().encode(body) : body)),
      HttpClientRequest.setHeaders({ ...headers, authorization })
    )
    return sent.change === undefined ? request : sent.change(request)
  })

export const json = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.map(response.text, (text) => JSON.parse(text))

/** What stands under `Response` in the answer to a signed request. */
export const send = (sent: Sent = {}) =>
  signed(sent).pipe(
    Effect.flatMap(HttpClient.execute),
    Effect.flatMap(json),
    Effect.map((envelope) => envelope.Response)
  )

/** The code of the refusal, or `OK`. */
export const codeOf = (sent: Sent = {}) => Effect.map(send(sent), (response): string => response.Error?.Code ?? "OK")

export const look = (id: string) => send({ body: JSON.stringify({ JobId: id }) })
export const statusOf = (id: string) =>
  Effect.map(look(id), (response): string => response.Status ?? response.Error.Code)
export const submitJob = send({ action: submit, body: `{"Prompt":"a cat"}` })

/** A whole application on top: signer, limiter, retries and polling as they are. */
export const App = QueryJob.layer.pipe(Layer.provideMerge(TencentCloud.layer))
