/**
 * Keeps what was learnt in a store, as one small text. It is read once, and written from time to time: what the last
 * half minute taught may be lost.
 *
 * **Gotchas**
 *
 * - A text that cannot be read is replaced. What was learnt is worth a few looks, and no more.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Schema from "effect/Schema"
import type { Sketches } from "./adaptive.ts"
import * as hazard from "./hazard.ts"

/** The name under which it is kept. */
const key = "effect-hunyuan3d/Polling"

const every = Duration.seconds(30)

// No start and no stop waits longer for a store that hangs.
const bounded = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.timeout(Effect.interruptible(self), "5 seconds")

const amounts = (most: number) =>
  Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: most }))).check(
    Schema.isMinLength(hazard.ranges),
    Schema.isMaxLength(hazard.ranges)
  )

const Kept = Schema.fromJsonString(
  Schema.Struct({
    version: Schema.Literal(1),
    kinds: Schema.Record(
      Schema.String,
      Schema.Struct({ ended: amounts(hazard.memory), exposed: amounts(Number.MAX_VALUE) })
    )
  })
)

const rounded = (values: ReadonlyArray<number>) => values.map((value) => Number(value.toPrecision(4)))

const textOf = (sketches: Sketches) =>
  Schema.encodeSync(Kept)({
    version: 1,
    kinds: Object.fromEntries(
      [...sketches].map(([kind, { ended, exposed }]) => [kind, { ended: rounded(ended), exposed: rounded(exposed) }])
    )
  })

/** The sketches in a text, if it holds any. */
const decode = Effect.fnUntraced(function* (text: string | undefined) {
  if (text === undefined) return []
  const kept = Schema.decodeOption(Kept)(text)
  if (Option.isSome(kept)) return Object.entries(kept.value.kinds)
  yield* Effect.logWarning(
    `The durations of jobs under ${key} in the store are damaged, or of another version. They are learnt anew.`
  )
  return []
})

/** The sketches of the store. What is learnt while the scope lives is written there. */
export const keptIn = Effect.fnUntraced(function* (store: Pick<KeyValueStore.KeyValueStore, "get" | "set">) {
  const text = yield* Effect.catch(bounded(store.get(key)), (error) =>
    Effect.as(
      Effect.logWarning("The store of the durations of jobs cannot be read. They are learnt anew.", error),
      undefined
    )
  )
  const sketches: Sketches = new Map()
  for (const [kind, counts] of yield* decode(text)) sketches.set(kind, { ...hazard.make(), ...counts })

  let written = textOf(sketches)
  const write = Effect.suspend(() => {
    const text = textOf(sketches)
    if (text === written) return Effect.void
    return Effect.tap(bounded(store.set(key, text)), () => Effect.sync(() => (written = text)))
  }).pipe(
    Effect.catch((error) =>
      Effect.logWarning("The durations of jobs cannot be written to the store. Waits go on without.", error)
    )
  )
  yield* Effect.addFinalizer(() => write)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(every), write)))
  return sketches
})
