/** Steers the fake, where there is one. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../Api.ts"
import { Steering } from "../Steering.ts"

export const fake = HttpApiBuilder.group(Api, "fake", (handlers) =>
  Effect.map(Steering, (steering) => handlers.handleAll(steering))
)
