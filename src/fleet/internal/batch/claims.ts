/** Which operations a batch has met: an operation that comes twice is bought once. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Credits from "../../../job/Credits.ts"
import type { Item, Line } from "./model.ts"
import { invalid, operationId } from "./operation.ts"

/** An item that was read, before its turn. */
export interface Claimed<E, R> {
  readonly item: Item<E, R>
  readonly line: Line
  /** The index of the item that is the same operation, if there is one. */
  readonly duplicateOf?: number
}

/** Makes the request of an item. */
export const requestOf = <E, R>(item: Item<E, R>): Effect.Effect<unknown, E, R> =>
  "make" in item ? item.make : Effect.succeed(item.request)

/** Claims items in their order. */
export const makeClaims = () => {
  const claimed = new Map<string, { readonly index: number; readonly digest: string | undefined }>()
  return Effect.fnUntraced(function* <E, R>(item: Item<E, R>, index: number) {
    const { kind, operation: given } = item
    // A request that is made at its turn is not made for this, where its operation is known.
    const isLater = given !== undefined && "make" in item
    const made = isLater ? undefined : yield* requestOf(item)
    const digest = isLater ? undefined : yield* operationId(kind, made)
    const operation = given ?? digest ?? ""
    const estimate = isLater ? undefined : Option.getOrUndefined(Credits.estimate(kind, made))
    const line = { index, operation, kind: kind.name, estimate }
    const first = claimed.get(operation)
    if (first === undefined) {
      claimed.set(operation, { index, digest })
      return { item, line }
    }
    if (first.digest !== undefined && digest !== undefined && first.digest !== digest) {
      return yield* invalid(
        kind,
        `The items ${first.index} and ${index} have the same operation id, ${operation}, and different requests. Give each its own.`
      )
    }
    return { item, line, duplicateOf: first.index }
  })
}
