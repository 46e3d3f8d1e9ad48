/** Says what is wrong with a call whose body or parameters cannot be read. */
import * as Effect from "effect/Effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import { InvalidCall } from "./schemas.ts"

export class Explained extends HttpApiMiddleware.Service<Explained>()("effect-hunyuan3d/FakeAdmin/Explained", {
  error: InvalidCall
}) {}

export const layerExplained = HttpApiMiddleware.layerSchemaErrorTransform(Explained, ({ cause, kind }) =>
  Effect.fail(
    new InvalidCall({
      message: `The call cannot be read (${kind}): ${cause.message.replaceAll(/\s+/g, " ")}. Correct it by the OpenAPI document.`
    })
  )
)
