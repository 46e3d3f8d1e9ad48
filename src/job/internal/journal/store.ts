/**
 * Where a journal keeps its entries: files, memory, a `KeyValueStore`, or a table of SQL.
 *
 * An entry is a few parts, each the text of a JSON object. Their fields together are
 * the entry, and those of a later part count. So a fact is added without reading what
 * is there, and of two processes that add at the same time neither takes anything from
 * the other.
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

export class StoreError extends Data.TaggedError("StoreError")<{
  /** A path, or the key in a store. */
  readonly place: string
  readonly cause: unknown
}> {}

/** The parts of an entry: `entry` is written by the process that submits, the others by any. */
type PartName = "entry" | "ended" | "files"

export interface Store {
  /** Where an entry stands, for messages. */
  readonly place: (id: string) => string
  /** Keeps a new entry. `false` when there is one of this id: of several that create it at once, one does. */
  readonly create: (id: string, part: string) => Effect.Effect<boolean, StoreError>
  /** Adds a part; one of the same name no longer counts. The entry need not be there. */
  readonly put: (id: string, name: PartName, part: string) => Effect.Effect<void, StoreError>
  /** The parts, the oldest first; undefined when there is no such entry. */
  readonly read: (id: string) => Effect.Effect<ReadonlyArray<string> | undefined, StoreError>
  /** The ids of all entries. */
  readonly ids: Effect.Effect<ReadonlyArray<string>, StoreError>
  /** The ids of the entries that hold a text, where the store finds them without reading all. */
  readonly search?: (text: string) => Effect.Effect<ReadonlyArray<string>, StoreError>
  readonly remove: (id: string) => Effect.Effect<void, StoreError>
}
