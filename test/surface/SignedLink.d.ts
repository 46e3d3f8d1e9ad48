import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
export declare const withoutQueries: (text: string) => string
declare const SignedLink_base: Schema.Class<
  SignedLink,
  Schema.Struct<{
    readonly href: Schema.String
  }>,
  {}
>
export declare class SignedLink extends SignedLink_base {
  get expiresAt(): DateTime.Utc | undefined
  toString(): string
  toJSON(): string
}
export declare const make: (href: string) => SignedLink
export declare const FromString: Schema.decodeTo<typeof SignedLink, Schema.String, never, never>
export {}
