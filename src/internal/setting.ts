/**
 * Settings are `Context.Reference`s, and users provide them in two places: around
 * a call (`Effect.provideService`) and beneath a layer (`Layer.provide`). Effect
 * itself reads a reference only from the caller. This reads both: the caller's
 * value, else the one that stood when the layer was built, else the default.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Run while a layer is built; the effect it returns reads the setting at each call. */
export const setting = <A>(reference: Context.Reference<A>): Effect.Effect<Effect.Effect<A>> =>
  Effect.map(reference, (built) =>
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.succeed(Context.getOrUndefined(context, reference) ?? built)
    )
  )

/** The same for a service that need not be there. */
export const optional = <I, S>(key: Context.Key<I, S>): Effect.Effect<Effect.Effect<Option.Option<S>>> =>
  Effect.map(Effect.serviceOption(key), (built) =>
    Effect.map(
      Effect.serviceOption(key),
      Option.orElse(() => built)
    )
  )
