import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
export interface Credential {
  readonly secretId: string
  readonly secretKey: Redacted.Redacted<string>
}
export interface Request {
  readonly method: string
  readonly host: string
  readonly path?: string | undefined
  readonly query?: string | undefined
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly payload: string | Uint8Array
}
export interface SignOptions extends Request {
  readonly timestamp: number
  readonly service: string
  readonly credential: Credential
  readonly signedHeaders?: ReadonlyArray<string> | undefined
}
export interface Signature {
  readonly canonicalRequest: string
  readonly stringToSign: string
  readonly signature: string
  readonly authorization: string
}
export interface Authorization {
  readonly secretId: string
  readonly date: string
  readonly service: string
  readonly signedHeaders: ReadonlyArray<string>
  readonly signature: string
}
export interface VerifyOptions extends Request {
  readonly authorization: Authorization
  readonly timestamp: number
  readonly credential: Credential
}
declare const InvalidAuthorization_base: Schema.Class<
  InvalidAuthorization,
  Schema.TaggedStruct<"InvalidAuthorization", {}>,
  import("effect/Cause").YieldableError
>
export declare class InvalidAuthorization extends InvalidAuthorization_base {
  get message(): string
}
export declare const defaultSignedHeaders: readonly ["content-type", "host", "x-tc-action"]
export declare const canonicalRequest: (
  request: Request & {
    readonly signedHeaders?: ReadonlyArray<string> | undefined
  }
) => string
export declare const stringToSign: (options: {
  readonly canonicalRequest: string
  readonly timestamp: number
  readonly service: string
}) => string
export declare const sign: (options: SignOptions) => Signature
export declare const parseAuthorization: (header: string) => Result.Result<Authorization, InvalidAuthorization>
export declare const verify: (options: VerifyOptions) => boolean
export {}
