/**
 * What may be shown of a credential: its source, a part of its id, its kind and when it expires.
 *
 * **Gotchas**
 *
 * - What stands where the id should be may be a secret key by mistake. It is shown only if it looks like an id.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Credentials from "../cloud/Credentials.ts"
import { roughly } from "./results.ts"

/** Whether it has the form of a SecretId. The form is in no document, so other ids must not be refused. */
export const isId = (id: string): boolean => /^AKID[\w-]*$/.test(id)

/** The first eight and the last four characters of an id. */
export const shownId = (id: string): string => {
  if (!isId(id)) return "an id that does not look like one, and is not shown"
  return id.length <= 12 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`
}

export const kindOf = ({ token }: Credentials.Credential) => (token === undefined ? "permanent" : "temporary")

/** When it expires, and how long that is from now. */
export const expiryOf = (expiresAt: DateTime.Utc, now: DateTime.Utc): string => {
  const left = DateTime.distance(now, expiresAt)
  const time = DateTime.formatIso(expiresAt)
  return Duration.isPositive(left) ? `${time}, in ${roughly(left)}` : `${time}, which has passed`
}
