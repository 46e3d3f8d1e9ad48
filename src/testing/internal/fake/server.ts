/** The fake as the handler of an Effect HTTP server. */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Fake } from "./handle.ts"
import { defaultOrigin } from "./storage.ts"

/**
 * Mounts the fake on any Effect HTTP server.
 *
 * **When to use**
 *
 * Use to test a client that needs a socket: another SDK, another language, or the
 * transport itself.
 *
 * **Details**
 *
 * Links to results lead to the server itself, as its clients name it in `Host`. A
 * dropped connection is one that closes without an answer.
 *
 * **Example** (A server without a socket)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { HttpEffect } from "effect/http"
 * import * as Fake from "effect-hunyuan3d/Fake"
 *
 * const { handler, dispose } = HttpEffect.toWebHandlerLayer(Fake.httpApp, Fake.layerHandle())
 * const response = await handler(new Request("http://127.0.0.1/", { method: "POST", body: "{}" }))
 * assert.equal((await response.json()).Response.Error.Code, "AuthFailure.InvalidAuthorization")
 * await dispose()
 * ```
 *
 * @category servers
 * @since 0.1.0
 */
export const httpApp: Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Fake
> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const fake = yield* Fake
  const url = HttpServerRequest.toURL(request)
  return yield* fake.answer(request, Option.isSome(url) ? url.value.origin : defaultOrigin)
}).pipe(
  // Servers close the connection when a body that they have begun to send fails.
  Effect.catch((dropped) => Effect.succeed(HttpServerResponse.stream(Stream.fail(dropped)))),
  // Servers run handlers uninterruptible, and one that never answers must end when its client leaves.
  Effect.interruptible
)
