/** Several places for a credential: the first that has one counts. */
import * as Effect from "effect/Effect"
import { CredentialsError, NotConfigured } from "../../CredentialsError.ts"

/**
 * What the first place that is configured gives. A place that is configured and cannot be used is a mistake: its error
 * ends the search. Where nothing is configured, the error names all places.
 */
export const firstConfigured = Effect.fnUntraced(function* <A, R>(
  sources: ReadonlyArray<Effect.Effect<A, CredentialsError, R>>
): Effect.fn.Return<A, CredentialsError, R> {
  const places: Array<string> = []
  for (const source of sources) {
    const found = yield* source.pipe(
      Effect.map((value) => ({ value })),
      Effect.catchReason("CredentialsError", "NotConfigured", (reason) => {
        places.push(...reason.places)
        return Effect.undefined
      })
    )
    if (found !== undefined) return found.value
  }
  return yield* new CredentialsError({ reason: new NotConfigured({ places }) })
})
