/** `hunyuan3d whoami`: which key calls are signed with, and where it comes from. The key itself is never shown. */
import * as Command from "effect/cli/Command"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { credential, regionOf } from "./credentials.ts"
import { expiryOf, kindOf, shownId } from "./identity.ts"
import { connectionFlags } from "./options.ts"
import { printLine } from "./print.ts"
import { result } from "./report.ts"

export const whoami = Command.make(
  "whoami",
  { profile: connectionFlags.profile, endpoint: connectionFlags.endpoint },
  Effect.fnUntraced(function* (flags) {
    const found = yield* credential(flags)
    const { expiresAt, secretId, source } = found
    const region = yield* regionOf(found, flags)
    const now = yield* DateTime.now
    const lines = [
      ["Key id", shownId(secretId)],
      ["Kind", kindOf(found)],
      ["Source", source],
      ["Expires", expiresAt && expiryOf(expiresAt, now)],
      ["Region", region && `${region}, of tccli. Calls go to that of --region or TENCENTCLOUD_REGION`]
    ] as const
    yield* result(
      {
        credentials: {
          secretId: shownId(secretId),
          kind: kindOf(found),
          ...(source !== undefined && { source }),
          ...(expiresAt && { expiresAt }),
          ...(region !== undefined && { region })
        }
      },
      Effect.forEach(
        lines.filter(([, value]) => value !== undefined),
        ([name, value]) => printLine(name.padEnd(9), value ?? ""),
        { discard: true }
      )
    )
  })
).pipe(
  Command.withDescription("Print where the key comes from, its id, its kind and when it expires, and never the key."),
  Command.withExamples([
    { command: "hunyuan3d whoami", description: "The key that calls are signed with" },
    { command: "hunyuan3d whoami --profile work", description: "The key of a profile" }
  ])
)
