/**
 * Tells whether a request is the one that was recorded, without keeping anything of it.
 *
 * **Gotchas**
 *
 * - The operation id and the field's name are hashed as well: equal prompts do not look
 *   equal in the journal, and no table of hashes made beforehand helps.
 * - Who can read the journal can still check a guess, such as a short prompt. So files
 *   are readable by their owner only.
 */
import { sha256 } from "../../../internal/sha256.ts"

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** JSON with the keys of each object in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, nested: unknown) =>
    isFields(nested) ? Object.fromEntries(Object.entries(nested).toSorted(([a], [b]) => (a < b ? -1 : 1))) : nested
  )

/** A digest of each field of a request as it is sent; of a request that is no object, of the whole. */
export const fingerprint = (operation: string, request: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isFields(request) ? request : { request })
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, sha256(`${operation}\n${JSON.stringify(field)}\n${canonical(value)}`)])
  )

/** The names of the fields that differ. */
export const differences = (
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>
): ReadonlyArray<string> =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((field) => one[field] !== other[field])
