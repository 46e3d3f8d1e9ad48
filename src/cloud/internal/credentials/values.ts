/**
 * From named values, as a file or the environment has them, to a credential.
 *
 * White space and a BOM around a value are cut off. What else no key has in it is a
 * mistake to be told: quotes, and what people paste behind a key (`#`, `:`, `,`, `;`).
 * The service would only say that the signature is wrong.
 *
 * **Gotchas**
 *
 * - No error holds a value, or a part of one.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CredentialsError, Incomplete, NotConfigured, WrongFormat } from "../../CredentialsError.ts"
import type { Credential } from "./model.ts"

/** Where values stand, and under which names. */
export interface Origin {
  /** For people, such as `the profile default in ~/.tencentcloud/credentials`. */
  readonly place: string
  readonly secretId: string
  readonly secretKey: string
  /** The first of these names that is set counts. */
  readonly token: ReadonlyArray<string>
  /** The line of a file where the credential begins, and that of a name, from 1. */
  readonly line?: (() => number | undefined) | undefined
  readonly lineOf?: ((name: string) => number | undefined) | undefined
}

const flawOf = (value: string): string | undefined => {
  if (/["'`\u2018-\u201f]/.test(value)) return "has a quotation mark in it. Write it without quotes."
  if (/[#:,;]/.test(value)) return "has `#`, `:`, `,` or `;` in it. Remove that and what stands behind it."
  if (/[^!-~]/.test(value)) return "has a space or another character in it that no key has. Copy it again."
  return undefined
}

/** The credential among named values; `NotConfigured` where neither its id nor its key is there. */
export const credentialFrom = Effect.fnUntraced(function* (
  values: Readonly<Record<string, unknown>>,
  { line = () => undefined, lineOf = line, place, secretId: idName, secretKey: keyName, token: tokenNames }: Origin
): Effect.fn.Return<Credential, CredentialsError> {
  const read = (name: string) => {
    const value = values[name] ?? ""
    const trimmed = typeof value === "string" ? value.trim() : undefined
    const flaw = trimmed === undefined ? "is no text. Write it as one." : flawOf(trimmed)
    return flaw === undefined
      ? Effect.succeed(trimmed || undefined)
      : new CredentialsError({
          reason: new WrongFormat({ place, line: lineOf(name), description: `${name} ${flaw}` })
        })
  }
  const secretId = yield* read(idName)
  const secretKey = yield* read(keyName)
  if (secretId === undefined && secretKey === undefined) {
    return yield* new CredentialsError({ reason: new NotConfigured({ places: [place] }) })
  }
  if (secretId === undefined || secretKey === undefined) {
    const missing = secretId === undefined ? [idName] : [keyName]
    return yield* new CredentialsError({ reason: new Incomplete({ place, line: line(), missing }) })
  }
  const tokens = yield* Effect.forEach(tokenNames, read)
  const token = tokens.find((token) => token !== undefined)
  return {
    secretId,
    secretKey: Redacted.make(secretKey),
    token: token === undefined ? undefined : Redacted.make(token),
    source: place
  }
})
