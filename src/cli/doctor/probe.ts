/**
 * The free probe: a query for a job that does not exist, signed, limited and retried as every call is. It starts nothing
 * and costs nothing, and its answer says whether the service accepts the key.
 *
 * Where the service refuses a key although the request verifies, the key may be one of the other site, so that is queried too.
 *
 * **Gotchas**
 *
 * - A signed request goes to another host than the user's only where the user named none.
 * - The service's words are not shown: what they repeat is not known.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import type * as ApiError from "../../cloud/ApiError.ts"
import type * as Credentials from "../../cloud/Credentials.ts"
import * as Endpoint from "../../cloud/Endpoint.ts"
import * as Tc3 from "../../cloud/Tc3.ts"
import * as TencentCloud from "../../cloud/TencentCloud.ts"
import * as Job from "../../job/Job.ts"
import * as JobKind from "../../job/JobKind.ts"
import { isAfterSignature } from "../afterSignature.ts"
import { type Meaning, meaningOf } from "./answers.ts"
import { type Check, ok, problem, unsure } from "./check.ts"
import { international, mainland, type Site } from "./sites.ts"

/** No job has it. */
const madeUpId = Job.JobId.make("1000000000000000000")

/** What went over the wire, for what an error does not say. */
interface Exchange {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly receivedAt: DateTime.Utc
  /** The `Date` of the answer. */
  readonly served: DateTime.Utc | undefined
}

const observed = (client: HttpClient.HttpClient, seen: Ref.Ref<ReadonlyArray<Exchange>>) =>
  HttpClient.transform(client, (sent, request) =>
    Effect.tap(sent, ({ headers }) =>
      Effect.gen(function* () {
        const receivedAt = yield* DateTime.now
        const served = Result.getOrUndefined(Headers.parseHttpDate(headers["date"] ?? ""))
        yield* Ref.update(seen, (before) => [...before, { request, receivedAt, served }])
      })
    )
  )

/** Whether a request is signed rightly with a credential. */
const verifies = ({ body, headers, method, url }: HttpClientRequest.HttpClientRequest, credential: Tc3.Credential) => {
  const authorization = Tc3.parseAuthorization(headers["authorization"] ?? "")
  return (
    Result.isSuccess(authorization) &&
    Tc3.verify({
      method,
      host: new URL(url).host,
      headers,
      payload: body._tag === "Uint8Array" ? body.body : "",
      authorization: authorization.success,
      timestamp: Number(headers["x-tc-timestamp"]),
      credential
    })
  )
}

/** What a site answers. */
const query = Effect.fnUntraced(function* (site: Site, endpoint: Endpoint.Options) {
  const seen = yield* Ref.make<ReadonlyArray<Exchange>>([])
  const client = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) => observed(client, seen))
  )
  const answer = yield* TencentCloud.call({ ...JobKind.Pro.query, product: site.product }, { JobId: madeUpId }).pipe(
    // One of its own for each site, since layers are shared by identity.
    Effect.provide(Layer.provide(Layer.fresh(TencentCloud.layer), client)),
    Effect.provideService(Endpoint.Endpoint, endpoint),
    Effect.result
  )
  return { answer, exchanges: yield* Ref.get(seen) }
})

const found = (error: ApiError.ApiError, { proves }: Meaning) =>
  `${error.code}. ${proves}${error.requestId === undefined ? "" : ` [request ${error.requestId}]`}`

const apiCheck = (error: ApiError.ApiError): Check => {
  const meaning = meaningOf(error)
  const check = { name: "api", verdict: meaning.verdict, found: found(error, meaning) }
  return meaning.advice === undefined ? check : { ...check, advice: meaning.advice }
}

/** Which site knows the key, after the international one did not. */
const siteCheck = Effect.fnUntraced(function* (endpoint: Endpoint.Options) {
  const { answer } = yield* query(mainland, { ...endpoint, region: mainland.region })
  if (Result.isSuccess(answer) || isAfterSignature(answer.failure.code)) {
    return problem(
      "site",
      `The key is of ${mainland.name}`,
      `This program calls ${international.name}: use a key from ${international.console}`
    )
  }
  return meaningOf(answer.failure).maybeOtherSite === true
    ? problem(
        "site",
        `Neither ${international.name} nor ${mainland.name} accepts the key`,
        `It is mistyped, changed, disabled or deleted. Compare it with ${international.console} and ${mainland.console}`
      )
    : unsure(
        "site",
        `It is not known which site the key is of: ${mainland.name} gave no clear answer`,
        "Try again later."
      )
})

/** What the service says, what time it has, and which site the key is of. */
export interface Probed {
  readonly checks: ReadonlyArray<Check>
  readonly exchange: Pick<Exchange, "receivedAt" | "served"> | undefined
}

export const probe = Effect.fnUntraced(function* (
  endpoint: Endpoint.Options,
  credential: Credentials.Credential
): Effect.fn.Return<Probed, never, HttpClient.HttpClient | Credentials.Credentials> {
  const { answer, exchanges } = yield* query(international, endpoint)
  const [exchange] = exchanges
  if (Result.isSuccess(answer)) {
    return { exchange, checks: [ok("api", "The service knows a job of the made-up id, so everything is right")] }
  }
  const check = apiCheck(answer.failure)
  const last = exchanges.at(-1)
  const isHostOfUser = endpoint.host !== undefined
  if (meaningOf(answer.failure).maybeOtherSite !== true || last === undefined || isHostOfUser) {
    return { exchange, checks: [check] }
  }
  const site = verifies(last.request, credential)
    ? yield* siteCheck(endpoint)
    : unsure("site", "The request was not signed with the key that is there now", "Run it again.")
  return { exchange, checks: [check, site] }
})
