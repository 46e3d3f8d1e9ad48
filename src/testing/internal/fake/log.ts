/** The requests that arrived at the fake. Only the last ones are kept, so that a server can run for ever. */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { Answer, Call } from "./call.ts"
import type { Fault } from "./faults.ts"

/**
 * A request that arrived, and what it was answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedRequest {
  readonly receivedAt: DateTime.Utc
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** The `X-TC-Action`; undefined for a download. */
  readonly action: string | undefined
  /** All of them as they were sent, `authorization` included. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The first 64 KiB as text. */
  readonly body: string
  readonly status: number
  /** The code of the refusal; undefined when the request was carried out. */
  readonly code: string | undefined
  /** Why its signature was refused: the message of `Tc3.explain`, which is worked out when it is read. */
  readonly explanation?: string | undefined
  /** What kept the client from seeing that answer. */
  readonly fault: Fault | undefined
}

const maxRequests = 1000
const maxBody = 65_536

const decoder = new TextDecoder()

export interface Log {
  readonly add: (call: Call, answer: Answer, fault: Fault | undefined, receivedAt: DateTime.Utc) => void
  readonly list: () => ReadonlyArray<ReceivedRequest>
  readonly clear: () => void
}

export const makeLog = (): Log => {
  const requests: Array<ReceivedRequest> = []
  return {
    add: (call, { code, explanation, response }, fault, receivedAt) => {
      if (requests.length === maxRequests) requests.shift()
      requests.push({
        receivedAt,
        method: call.method,
        url: call.url,
        action: call.headers["x-tc-action"],
        headers: { ...call.headers },
        body: Result.isSuccess(call.body) ? decoder.decode(call.body.success.subarray(0, maxBody)) : "",
        status: response.status,
        code,
        get explanation() {
          return explanation?.()
        },
        fault
      })
    },
    list: () => requests.slice(),
    clear: () => void (requests.length = 0)
  }
}
