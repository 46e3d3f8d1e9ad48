import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/**
 * A span whose exit does not hold the value, since an answer may hold whole links. What traces a program stores exits.
 * Where no tracer is installed there is no span, which would cost a tenth of a call.
 */
export const withSpan =
  (name: string, attributes: Record<string, unknown>) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Tracer.Tracer, (tracer) =>
      tracer === Tracer.nativeTracer
        ? self
        : self.pipe(
            Effect.map((value) => () => value),
            Effect.withSpan(name, { attributes }, { captureStackTrace: false }),
            Effect.map((value) => value())
          )
    )
