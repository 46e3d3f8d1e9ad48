/** The Security Token Service of the fake: which of its actions a call is for, and the credential that it answers. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type { Call } from "./call.ts"
import type { Issued } from "./issued.ts"
import { readParameters } from "./parameters.ts"

const role = {
  RoleArn: Schema.String.check(Schema.isPattern(/^qcs:.+$/, { expected: "the resource description of a role" })),
  RoleSessionName: Schema.String.check(Schema.isPattern(/^[\w+=,.@-]{2,128}$/, { expected: "2 to 128 characters" })),
  DurationSeconds: Schema.optional(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 43_200 }, { expected: "1 to 43200 seconds" }))
  )
}

const AssumeRole = Schema.Struct(role)
const AssumeRoleWithWebIdentity = Schema.Struct({
  ...role,
  ProviderId: Schema.NonEmptyString,
  WebIdentityToken: Schema.NonEmptyString
})

/** The actions that the fake knows, by name. */
const actions = { AssumeRole, AssumeRoleWithWebIdentity }

export const isStsAction = (action: string | undefined): action is keyof typeof actions =>
  action !== undefined && Object.hasOwn(actions, action)

/** Whether the parameters prove who calls, in place of a signature. */
export const isUnsigned = ({ headers }: Call): boolean =>
  headers["x-tc-action"] === "AssumeRoleWithWebIdentity" && headers["authorization"] === "SKIP"

export const assumeRole = Effect.fnUntraced(function* (
  issued: Issued,
  action: keyof typeof actions,
  call: Call,
  body: Uint8Array
) {
  const { DurationSeconds } = yield* readParameters(actions[action], call, body)
  const now = yield* Clock.currentTimeMillis
  const { ExpiredTime, ...Credentials } = issued.issue(now, yield* Random.Random, DurationSeconds)
  return { Credentials, ExpiredTime, Expiration: DateTime.formatIso(DateTime.makeUnsafe(ExpiredTime * 1000)) }
})
