/** What goes wrong on purpose: which request suffers it, and what its client sees instead of the answer. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type { Refusal } from "./call.ts"

/**
 * What can go wrong with one request on purpose.
 *
 * **Details**
 *
 * | fault | what the client sees | is the request carried out? |
 * |---|---|---|
 * | `dropped` | the connection breaks before the answer | yes |
 * | `never` | no answer, ever | yes |
 * | `truncated` | the first half of the answer's body | yes |
 * | `slow` | the answer, that much later | yes, at once |
 * | `badGateway` | status 502 with a page of HTML | no |
 * | `code` | a refusal with that code | no |
 * | `status` | that word as the job's `Status`, for a query | yes |
 *
 * **Gotchas**
 *
 * - A submit that is carried out is a job, and would be paid for, whatever the
 *   client sees.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault =
  | "dropped"
  | "never"
  | "truncated"
  | "badGateway"
  | { readonly slow: Duration.Input }
  | { readonly code: string; readonly message?: string | undefined }
  | { readonly status: string }

/**
 * The connection broke before the answer, because of the fault `dropped`.
 *
 * @category errors
 * @since 0.1.0
 */
export class Dropped extends Schema.TaggedError<Dropped>("effect-hunyuan3d/Fake/Dropped")("Dropped", {}) {
  override get message(): string {
    return "The fake broke the connection, because a fault told it to. Send the request again if that is safe."
  }
}

export interface Faults {
  /** For the next requests, one each. */
  readonly add: (faults: ReadonlyArray<Fault>) => void
  /** What the next request suffers. */
  readonly next: (random: Random.Random) => Fault | undefined
  readonly clear: () => void
}

export const makeFaults = (
  chances: ReadonlyArray<{ readonly fault: Fault; readonly rate: number }> | undefined
): Faults => {
  const script: Array<Fault> = []
  return {
    add: (faults) => void script.push(...faults),
    next: (random) => {
      const scripted = script.shift()
      if (scripted !== undefined || chances === undefined) return scripted
      let chance = random.nextDoubleUnsafe()
      return chances.find(({ rate }) => (chance -= rate) < 0)?.fault
    },
    clear: () => void (script.length = 0)
  }
}

/** The refusal that a fault is, if it is one. */
export const refusalOf = (fault: Fault | undefined): Refusal | undefined =>
  typeof fault === "object" && "code" in fault
    ? { code: fault.code, message: fault.message ?? "A fault told the fake to refuse this." }
    : undefined

/** The fields of an answer, with the job's state that a fault tells the fake to say. */
export const withStatus = (fault: Fault | undefined, fields: object): object =>
  typeof fault === "object" && "status" in fault && "Status" in fields ? { ...fields, Status: fault.status } : fields

export const badGateway = HttpServerResponse.text(
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n",
  { status: 502, contentType: "text/html" }
)

const firstHalf = (response: HttpServerResponse.HttpServerResponse) => {
  const { body } = response
  if (body._tag !== "Uint8Array") return response
  const half = body.body.slice(0, body.body.length >> 1)
  return HttpServerResponse.setBody(response, HttpBody.uint8Array(half, body.contentType))
}

/** What the client sees of an answer. */
export const suffer = (
  fault: Fault | undefined,
  response: HttpServerResponse.HttpServerResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse, Dropped> => {
  if (fault === "dropped") return Effect.fail(new Dropped())
  if (fault === "never") return Effect.never
  if (fault === "truncated") return Effect.succeed(firstHalf(response))
  const answer = Effect.succeed(response)
  return typeof fault === "object" && "slow" in fault ? Effect.delay(answer, fault.slow) : answer
}
