/** What `serve` measures: the calls that reached the fake, as the service would see them. */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { tagged } from "../internal/metric.ts"
import * as JobKind from "../job/JobKind.ts"

const requests = tagged((action: string, code: string) =>
  Metric.counter("hunyuan3d_served_requests_total", {
    description: "Calls that reached the fake, by the code of its answer",
    incremental: true,
    attributes: { unit: "{request}", action, code }
  })
)

// Clients can write anything there, and each value is a series of its own.
const actions = new Set(JobKind.all.flatMap(({ query, submit }) => [query.action, submit.action]))

const decode = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.Struct({
      Response: Schema.Struct({ Error: Schema.optionalKey(Schema.Struct({ Code: Schema.String })) })
    })
  )
)

/** The code of an answer, and `None` for one that is no answer of the service. */
const codeOf = ({ body }: HttpServerResponse.HttpServerResponse): string =>
  Option.match(body._tag === "Uint8Array" ? decode(new TextDecoder().decode(body.body)) : Option.none(), {
    onNone: () => "None",
    onSome: ({ Response }) => Response.Error?.Code ?? "Success"
  })

/** Counts each call when it is answered. A download is none. */
export const measured = <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const response = yield* app
    const action = headers["x-tc-action"]
    if (action !== undefined) {
      yield* Metric.update(requests(actions.has(action) ? action : "other", codeOf(response)), 1)
    }
    return response
  })
