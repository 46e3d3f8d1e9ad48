/**
 * What a person sees of the attempts of a call. An endpoint that does not answer must
 * not look like a program that hangs: the moving line says so after three seconds, and
 * where there is no moving line, each failed attempt is one line.
 *
 * **Gotchas**
 *
 * - A policy sees each failed attempt but the last, and with it the number of the next
 *   one. When an attempt begins and ends, the client sees.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as LogLevel from "effect/LogLevel"
import * as Schedule from "effect/Schedule"
import type * as ApiError from "../cloud/ApiError.ts"
import * as Policy from "../cloud/Policy.ts"
import * as JobKind from "../job/JobKind.ts"
import { reasonInFlags } from "./advice.ts"
import { printNote } from "./print.ts"
import { Screen } from "./screen.ts"
import { seconds } from "./seconds.ts"

export class Attempts extends Context.Service<
  Attempts,
  {
    /** What the moving line says of an attempt that has no answer yet, or that failed. */
    readonly pending: Effect.Effect<string | undefined>
    /** How calls are carried out, so that each failed attempt is seen. */
    readonly policy: (timeout: Duration.Duration) => Effect.Effect<Policy.Options>
    /** A client whose calls are seen. */
    readonly client: (client: HttpClient.HttpClient) => HttpClient.HttpClient
  }
>()("effect-hunyuan3d/cli/Attempts") {}

// For so long nobody wonders.
const patience = 3_000

const queries = new Set<string | undefined>(JobKind.all.map(({ query }) => query.action))

// A submission that got no answer is not sent again.
const attempt = (number: number, isRepeated: boolean) =>
  isRepeated ? `attempt ${number} of ${Policy.defaultRetries + 1}` : `attempt ${number}`

const failed = (number: number, reason: ApiError.Reason) => {
  const which = attempt(number, true)
  return reason._tag === "Timeout"
    ? `No answer in ${seconds(Duration.toMillis(reason.timeout))}, ${which}.`
    : `A${which.slice(1)} failed: ${reasonInFlags(reason)}`
}

interface State {
  /** The attempt that is under way, or comes next. */
  number: number
  /** Since when it has had no answer. */
  since?: number | undefined
  isRepeated: boolean
  /** What is to be said of the attempt before. */
  failure?: string | undefined
}

const clientOf = (state: State) =>
  HttpClient.transform(<A, E, R>(sent: Effect.Effect<A, E, R>, { headers }: HttpClientRequest.HttpClientRequest) => {
    const action = headers["x-tc-action"]
    if (action === undefined) return sent
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      state.since = now
      state.isRepeated = queries.has(action)
      return Effect.onExit(sent, (exit) =>
        Effect.sync(() => {
          state.since = undefined
          state.number = 1
          if (Exit.isSuccess(exit)) state.failure = undefined
        })
      )
    })
  })

export const layer: Layer.Layer<Attempts, never, Screen> = Layer.effect(
  Attempts,
  Effect.gen(function* () {
    const screen = yield* Screen
    const state: State = { number: 1, isRepeated: true }

    const pending = Effect.map(Clock.currentTimeMillis, (now) => {
      const waited = state.since === undefined ? 0 : now - state.since
      return waited < patience
        ? state.failure
        : `No answer for ${Math.floor(waited / 1000)} s, ${attempt(state.number, state.isRepeated)}.`
    })
    const retried = Effect.fnUntraced(function* (number: number, { reason }: ApiError.ApiError) {
      state.number = number + 1
      state.failure = failed(number, reason)
      // Both say it themselves.
      if ((yield* screen.isMoving) || (yield* LogLevel.isEnabled("Debug"))) return
      yield* printNote(state.failure)
    })

    return {
      pending,
      policy: (timeout) =>
        Effect.map(Policy.Policy, (policy) => ({
          ...policy,
          timeout,
          retry: Schedule.tap(policy.retry, ({ attempt, input }) => retried(attempt, input))
        })),
      client: clientOf(state)
    }
  })
)
