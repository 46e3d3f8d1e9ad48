/** The operation id of a request, from its content. */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as ApiError from "../../../cloud/ApiError.ts"
import * as Endpoint from "../../../cloud/Endpoint.ts"
import type * as Operation from "../../../cloud/Operation.ts"
import { sha256 } from "../../../internal/sha256.ts"
import type * as JobKind from "../../../job/JobKind.ts"

const isFields = (value: unknown): value is Record<string, unknown> =>
  Predicate.isObject(value) && !Array.isArray(value)

/** JSON with the keys of each object in order, so that the same request has the same text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, nested: unknown) =>
    isFields(nested) ? Object.fromEntries(Object.entries(nested).toSorted(([a], [b]) => (a < b ? -1 : 1))) : nested
  )

/** A refusal of a request before anything is sent. */
export const invalid = Effect.fnUntraced(function* ({ submit }: JobKind.Any, description: string) {
  const { region } = yield* Endpoint.Endpoint
  return yield* new ApiError.ApiError({
    action: submit.action,
    region,
    reason: new ApiError.InvalidInput({ description: description.replaceAll(/\s+/g, " ") })
  })
})

/**
 * Derives the operation id of a request from its kind and from what is sent of it, so that the same request is the same
 * operation, in every run and on every machine. A request that breaks a rule fails with `InvalidInput`.
 *
 * **Gotchas**
 *
 * - A link that is signed anew makes another request of it, and so another operation. Give such requests ids of your own.
 * - Whoever sees the id can check a guess of the request, such as a short prompt.
 *
 * **Example** (The same request, the same id)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as Batch from "effect-hunyuan3d/Batch"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const program = Effect.all([
 *   Batch.operationId(JobKind.Pro, { Prompt: "a teapot", EnablePBR: true }),
 *   Batch.operationId(JobKind.Pro, { EnablePBR: true, Prompt: "a teapot" }),
 *   Batch.operationId(JobKind.Rapid, { Prompt: "a teapot" })
 * ])
 * const [one, same, other] = await Effect.runPromise(program)
 * assert.equal(one, same)
 * assert.notEqual(one, other)
 * assert.match(one, /^line-[0-9a-f]{40}$/)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const operationId = <Request extends Operation.Codec>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"]
): Effect.Effect<string, ApiError.ApiError> =>
  Schema.encodeUnknownEffect(kind.submit.input)(request).pipe(
    Effect.map((sent) => `line-${sha256(`${JSON.stringify(kind.name)}\n${canonical(sent)}`).slice(0, 40)}`),
    Effect.catch((error) => invalid(kind, error.message))
  )
