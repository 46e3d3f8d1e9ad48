/** The spans of this library. docs/observability.md lists them, and a test compares. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import { failureOf } from "./outcome.ts"

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

const annotate = (attributes: Attributes) =>
  Effect.annotateCurrentSpan(Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)))

/**
 * A span whose exit does not hold the value, since an answer may hold whole links. What traces a program stores exits.
 * At its end it also has what `ofValue` says of the value, or the reason of the failure.
 * Where no tracer is installed there is no span, which would cost a tenth of a call.
 */
export const withSpan =
  <A>(name: string, attributes: Attributes, ofValue: (value: A) => Attributes = () => ({})) =>
  <B extends A, E, R>(self: Effect.Effect<B, E, R>): Effect.Effect<B, E, R> =>
    Effect.withFiber((fiber) =>
      fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer
        ? self
        : self.pipe(
            Effect.onExit((exit) => annotate(Exit.isSuccess(exit) ? ofValue(exit.value) : failureOf(exit))),
            Effect.map((value) => () => value),
            Effect.withSpan(name, { attributes }, { captureStackTrace: false }),
            Effect.map((value) => value())
          )
    )
