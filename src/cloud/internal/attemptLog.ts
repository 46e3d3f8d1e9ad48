/** Debug lines about the attempts of a call. Where debug lines are not logged, nothing is measured. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as Predicate from "effect/Predicate"
import type { Failure } from "./envelope.ts"

type End<A, E> = { readonly value: A } | { readonly error: E }

const timed =
  <A, E>(log: (took: number, end: End<A, E>) => Effect.Effect<void>) =>
  <R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(LogLevel.isEnabled("Debug"), (isLogged) => {
      if (!isLogged) return self
      return Effect.flatMap(Clock.currentTimeMillis, (started) => {
        const ended = (end: End<A, E>) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => log(Math.round(now - started), end))
        return self.pipe(
          Effect.tap((value) => ended({ value })),
          Effect.tapError((error) => ended({ error }))
        )
      })
    })

const request = (id: unknown) => (typeof id === "string" ? ` [request ${id}]` : "")

/** How an attempt ended, and how long it took, its permit and signature included. */
export const logged = <A, E extends Failure>(action: string, number: number) =>
  timed<A, E>((took, end) => {
    const told = (outcome: string, id: unknown) =>
      Effect.logDebug(`${action}, attempt ${number}: ${outcome} after ${took} ms${request(id)}`)
    if ("error" in end) {
      const { reason, requestId } = end.error
      return told(`${reason._tag} (${reason.code})`, requestId)
    }
    return told("answered", Predicate.hasProperty(end.value, "RequestId") ? end.value.RequestId : undefined)
  })

/** How long an attempt waited for its permit, where it did. */
export const loggedPermit = <E>(action: string) =>
  timed<void, E>((took) => (took > 0 ? Effect.logDebug(`${action}: permit after ${took} ms`) : Effect.void))
