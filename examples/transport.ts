/**
 * Where the examples send their jobs: to the in-memory fake, which costs nothing, unless you say that you want to pay.
 *
 *   HUNYUAN3D_PAY=yes TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=… node examples/01-first-model.ts
 */
import { Config, Console, Effect, Layer } from "effect"
import { Credentials, Fake, Polling } from "effect-hunyuan3d"
import { FetchHttpClient } from "effect/http"

export const Transport = Layer.unwrap(
  Effect.gen(function* () {
    const isPaid = (yield* Config.withDefault(Config.String("HUNYUAN3D_PAY"), "no")) === "yes"
    yield* Console.log(isPaid ? "On the real endpoint: jobs are paid for." : "On the fake: nothing is paid.")
    return isPaid
      ? Layer.merge(FetchHttpClient.layer, Credentials.layerEnv)
      : Layer.merge(
          Layer.effectContext(Layer.build(Fake.layer({ run: "1 second" }))),
          // Its jobs are done sooner than real ones, so they are looked at more often.
          Polling.layer({ schedule: Polling.eager })
        )
  })
)
