/**
 * A store over Effect's `KeyValueStore`: a key for the entry, `<id>`, and one for each
 * part that is added, `<id>/<name>`. Nobody rewrites what another process wrote.
 *
 * A `KeyValueStore` cannot create a key only if there is none, so an id is claimed
 * first, by a key of this claim alone, `<id>/claim-<uuid>`. Whoever then sees another
 * claim withdraws and tries again a little later. Of two claims the later one sees the
 * earlier, so no two go on together.
 *
 * **Gotchas**
 *
 * - It holds for a store in which a key is seen by all once it is set, as in SQL and
 *   Redis, but not where keys travel for a while.
 * - A process that dies between its claim and its entry leaves the id claimed, until it
 *   is removed.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Schedule from "effect/Schedule"
import { randomId } from "./randomId.ts"
import { type Store, StoreError } from "./store.ts"

const prefix = "effect-hunyuan3d/journal/"

const partNames = ["ended", "files"] as const

class Rivals extends Data.TaggedError("Rivals")<{ readonly message: string }> {}

// About two seconds in all, far more than a claim takes.
const again = Schedule.max([Schedule.jittered(Schedule.exponential("10 millis")), Schedule.recurs(7)])

const create = Effect.fnUntraced(function* (store: KeyValueStore.KeyValueStore, id: string, part: string) {
  if (yield* store.has(id)) return false
  const claim = `${id}/claim-${yield* randomId}`
  return yield* Effect.gen(function* () {
    yield* store.set(claim, "")
    const claims = (yield* store.keys).filter((key) => key.startsWith(`${id}/claim-`))
    if (claims.length > 1) return yield* new Rivals({ message: `another process claims ${id}, or died while it did` })
    // The one before may have finished since.
    if (yield* store.has(id)) return false
    yield* store.set(id, part)
    return true
  }).pipe(Effect.ensuring(Effect.ignore(store.remove(claim))))
})

export const make = (whole: KeyValueStore.KeyValueStore): Store => {
  const store = KeyValueStore.prefix(whole, prefix)
  const at =
    (place: string) =>
    <A>(effect: Effect.Effect<A, Error>): Effect.Effect<A, StoreError> =>
      Effect.mapError(effect, (cause) => new StoreError({ place: `${prefix}${place}`, cause }))
  return {
    place: (id) => `${prefix}${id}`,
    create: (id, part) =>
      create(store, id, part).pipe(
        Effect.retry({ schedule: again, while: (error) => error._tag === "Rivals" }),
        at(id)
      ),
    put: (id, name, part) => store.set(name === "entry" ? id : `${id}/${name}`, part).pipe(at(id)),
    read: (id) =>
      Effect.gen(function* () {
        const entry = yield* store.get(id)
        if (entry === undefined) return undefined
        const parts = yield* Effect.forEach(partNames, (name) => store.get(`${id}/${name}`))
        return [entry, ...parts.filter((part) => part !== undefined)]
      }).pipe(at(id)),
    ids: store.keys.pipe(
      Effect.map((keys) => [...new Set(keys.map((key) => key.replace(/\/.*/s, "")))]),
      at("")
    ),
    remove: (id) => Effect.andThen(store.clearPrefix(`${id}/`), store.remove(id)).pipe(at(id))
  }
}
