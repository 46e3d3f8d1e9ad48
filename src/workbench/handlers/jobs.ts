/** Answers what is about jobs. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../Api.ts"
import { Jobs } from "../Jobs.ts"

export const jobs = HttpApiBuilder.group(
  Api,
  "jobs",
  Effect.fnUntraced(function* (handlers) {
    const all = yield* Jobs
    return handlers
      .handle("check", ({ payload }) => all.check(payload))
      .handle("list", () => all.list)
      .handle("submit", ({ payload }) => all.submit(payload))
      .handle("resume", ({ params }) => all.resume(params.operation))
      .handle("forget", ({ params }) => all.forget(params.operation))
  })
)
