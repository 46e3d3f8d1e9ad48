/** The requests that arrived at the fake. Only the last ones are kept, so that a server can run for ever. */
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
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
  /** Counts the requests since the start or the last reset, from 1. */
  readonly id: number
  readonly receivedAt: DateTime.Utc
  /** How long it took to answer it, without what a fault added. */
  readonly took: Duration.Duration
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
  /** The `RequestId` of the answer, if it has one. */
  readonly requestId?: string | undefined
  /** The job that a submit made, or that the request is about, as far as it names one. */
  readonly jobId?: string | undefined
  /** Why its signature was refused: the message of `Tc3.explain`, which is worked out when it is read. */
  readonly explanation?: string | undefined
  /** What kept the client from seeing that answer. */
  readonly fault: Fault | undefined
}

const maxRequests = 1000
const maxBody = 65_536

const decoder = new TextDecoder()

export interface Log {
  readonly add: (
    call: Call,
    answer: Answer,
    seen: Pick<ReceivedRequest, "fault" | "receivedAt" | "took">
  ) => ReceivedRequest
  readonly list: () => ReadonlyArray<ReceivedRequest>
  /** How many there were, those too that are no longer kept. */
  readonly count: () => number
  readonly clear: () => void
}

/** Nobody's prompt is taken for it: a quote in one has a backslash before it. */
const jobIdIn = (json: string) => /"JobId"\s*:\s*"([0-9]{1,32})"/.exec(json)?.[1]

const jobIdOf = (action: string | undefined, body: string, { jobId, response }: Answer) => {
  if (action === undefined) return jobId
  const answered = response.body._tag === "Uint8Array" ? decoder.decode(response.body.body) : ""
  return jobIdIn(answered) ?? jobIdIn(body)
}

export const makeLog = (): Log => {
  // The next one goes to the place of the oldest.
  let kept: Array<ReceivedRequest> = []
  let count = 0
  return {
    add: (call, answer, seen) => {
      const { code, explanation, requestId, response } = answer
      const action = call.headers["x-tc-action"]
      const body = Result.isSuccess(call.body) ? decoder.decode(call.body.success.subarray(0, maxBody)) : ""
      const request: ReceivedRequest = {
        id: count + 1,
        ...seen,
        method: call.method,
        url: call.url,
        action,
        headers: { ...call.headers },
        body,
        status: response.status,
        code,
        requestId,
        jobId: jobIdOf(action, body, answer),
        get explanation() {
          return explanation?.()
        }
      }
      kept[count % maxRequests] = request
      count += 1
      return request
    },
    list: () => {
      const oldest = count % maxRequests
      return kept.length < maxRequests ? kept.slice() : [...kept.slice(oldest), ...kept.slice(0, oldest)]
    },
    count: () => count,
    clear: () => {
      kept = []
      count = 0
    }
  }
}
