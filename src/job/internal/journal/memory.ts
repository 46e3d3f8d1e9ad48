import * as Effect from "effect/Effect"
import type { Store } from "./store.ts"

/** A store that ends with its process. */
export const make = (): Store => {
  const entries = new Map<string, Array<string>>()
  return {
    place: (id) => id,
    create: (id, part) =>
      Effect.sync(() => {
        if (entries.has(id)) return false
        entries.set(id, [part])
        return true
      }),
    put: (id, _name, part) =>
      Effect.sync(() => {
        entries.set(id, [...(entries.get(id) ?? []), part])
      }),
    read: (id) => Effect.sync(() => entries.get(id)),
    ids: Effect.sync(() => [...entries.keys()]),
    remove: (id) =>
      Effect.sync(() => {
        entries.delete(id)
      })
  }
}
