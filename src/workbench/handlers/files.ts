/** Answers what is in the folder. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Api } from "../Api.ts"
import { Files } from "../Files.ts"

export const files = HttpApiBuilder.group(
  Api,
  "files",
  Effect.fnUntraced(function* (handlers) {
    const all = yield* Files
    return handlers
      .handle("list", () => all.list)
      .handle("facts", ({ query }) => all.facts(query.path))
      .handle("bytes", ({ query }) =>
        Effect.map(all.bytes(query.path), ({ contentType, size, stream }) =>
          HttpServerResponse.stream(stream, { contentType, contentLength: size })
        )
      )
  })
)
