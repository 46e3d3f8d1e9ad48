/** Answers signatures, the same call in other forms, and what was sent. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../Api.ts"
import { readKind } from "../internal/readRequest.ts"
import { Requests } from "../Requests.ts"
import { Tools } from "../Tools.ts"

export const tools = HttpApiBuilder.group(
  Api,
  "tools",
  Effect.fnUntraced(function* (handlers) {
    const { code, compare, sign } = yield* Tools
    const requests = yield* Requests
    return handlers
      .handle("sign", ({ payload }) => sign(payload))
      .handle("compare", ({ payload }) => compare(payload.text))
      .handle("code", ({ payload }) => Effect.map(readKind(payload.kind), (kind) => code(kind, payload.request)))
      .handle("requests", () => requests.list)
  })
)
