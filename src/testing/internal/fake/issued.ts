/**
 * The temporary credentials that the fake has issued. Only the last ones are kept, so
 * that a server can run for ever; those that have expired too, so that their refusal
 * says so.
 */
import * as DateTime from "effect/DateTime"
import type * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Credentials from "../../../cloud/Credentials.ts"
import type { Chance } from "./chance.ts"
import { digits } from "./random.ts"

const maxIssued = 1000

/** How long one is valid unless its request says so, in seconds. */
const defaultDuration = 7200

export interface Issued {
  /** A new one, in the fields that Tencent Cloud writes it in. */
  readonly issue: (
    now: number,
    random: Random.Random,
    seconds?: number
  ) => {
    readonly TmpSecretId: string
    readonly TmpSecretKey: string
    readonly Token: string
    readonly ExpiredTime: number
  }
  /** The one with this secret id; one that was revoked expired then. */
  readonly find: (secretId: string) => Credentials.Credential | undefined
  /** Lets all expire now. */
  readonly revoke: (now: number) => void
  readonly clear: () => void
}

export const makeIssued = (chance: Chance): Issued => {
  // In the order in which they were issued.
  const bySecretId = new Map<string, Credentials.Credential>()
  return {
    issue: (now, random, seconds = defaultDuration) => {
      const drawn = chance.of("credentials", random)
      const TmpSecretId = `AKIDFAKE${digits(drawn, 24, 36)}`
      const TmpSecretKey = digits(drawn, 32, 36)
      const Token = digits(drawn, 64, 36)
      const ExpiredTime = Math.floor(now / 1000) + seconds
      const [oldest] = bySecretId.keys()
      if (oldest !== undefined && bySecretId.size >= maxIssued) bySecretId.delete(oldest)
      bySecretId.set(TmpSecretId, {
        secretId: TmpSecretId,
        secretKey: Redacted.make(TmpSecretKey),
        token: Redacted.make(Token),
        expiresAt: DateTime.makeUnsafe(ExpiredTime * 1000)
      })
      return { TmpSecretId, TmpSecretKey, Token, ExpiredTime }
    },
    find: (secretId) => bySecretId.get(secretId),
    revoke: (now) => {
      for (const [secretId, credential] of bySecretId) {
        bySecretId.set(secretId, { ...credential, expiresAt: DateTime.makeUnsafe(now) })
      }
    },
    clear: () => bySecretId.clear()
  }
}
