/** Answers where the workbench stands, what it knows, and what changes. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Credentials from "../../cloud/Credentials.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import { Api } from "../Api.ts"
import { Events } from "../Events.ts"
import { Setup } from "../Setup.ts"
import { Tools } from "../Tools.ts"

export const about = HttpApiBuilder.group(
  Api,
  "about",
  Effect.fnUntraced(function* (handlers) {
    const setup = yield* Setup
    const tools = yield* Tools
    const events = yield* Events
    const { get } = yield* Credentials.Credentials
    const key = Effect.match(get, {
      onSuccess: ({ secretId }) => ({ secretId: setup.shownId(secretId) }),
      onFailure: (error) => ({ keyProblem: setup.word(error).message })
    })
    return handlers
      .handle("about", () =>
        Effect.map(key, (key) => ({ ...setup.about, folder: setup.folder, regions: Hunyuan.regions, ...key }))
      )
      .handle("kinds", () => Effect.succeed(tools.kinds))
      .handle("codes", () => Effect.succeed(tools.codes))
      .handle("events", () => Effect.succeed(events.stream))
  })
)
