/**
 * A temporary credential as Tencent Cloud writes it, in the answers of STS and of the
 * metadata service alike.
 *
 * **Gotchas**
 *
 * - What a schema says of an answer that does not fit quotes the answer, which may hold
 *   a secret. So nothing of that is kept.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Credential } from "./model.ts"

const text = Schema.Trim.check(Schema.isNonEmpty())

/** When it expires, in Unix seconds. */
export const ExpiredTime = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1e11 }))

const decode = Schema.decodeUnknownOption(
  Schema.Struct({ TmpSecretId: text, TmpSecretKey: text, Token: text, ExpiredTime })
)

/** The credential that the fields are, if they are one. */
export const fromFields = (fields: unknown, source: string): Option.Option<Credential> =>
  Option.map(decode(fields), ({ ExpiredTime, TmpSecretId, TmpSecretKey, Token }) => ({
    secretId: TmpSecretId,
    secretKey: Redacted.make(TmpSecretKey),
    token: Redacted.make(Token),
    expiresAt: DateTime.makeUnsafe(ExpiredTime * 1000),
    source
  }))
