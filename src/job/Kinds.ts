/**
 * The kinds of job that are known by name: the setting `Kinds`. `QueryJob` finds the
 * kind of a ticket here, and the fake the kind of an action.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as JobKind from "./JobKind.ts"

/**
 * The kinds that are known: {@link JobKind.all}, and those that {@link layer} adds.
 *
 * @category references
 * @since 0.1.0
 */
export const Kinds = Context.Reference<ReadonlyArray<JobKind.Any>>("effect-hunyuan3d/Kinds", {
  defaultValue: () => JobKind.all
})

/**
 * Adds kinds of one's own to those that are known. A kind with the name of another
 * takes its place.
 *
 * **Example** (A ticket of a kind of one's own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Schema } from "effect"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as Kinds from "effect-hunyuan3d/Kinds"
 *
 * const Sculpture = JobKind.make({
 *   name: "Sculpture",
 *   submit: "SubmitSculptureJob",
 *   query: "QuerySculptureJob",
 *   request: Schema.Struct({ Prompt: Schema.String })
 * })
 * const known = Effect.map(Kinds.Kinds, (kinds) => kinds.map((kind) => kind.name))
 * const names = await Effect.runPromise(Effect.provide(known, Kinds.layer([Sculpture])))
 * assert.equal(names[0], "Sculpture")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (kinds: ReadonlyArray<JobKind.Any>): Layer.Layer<never> =>
  Layer.effect(
    Kinds,
    Effect.map(Kinds, (known) => [...kinds, ...known])
  )
