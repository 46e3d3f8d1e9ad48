import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import * as Policy from "../../src/cloud/Policy.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import { input, once, over, Query, refused, respond, settled, slow, transport } from "../support/wire.ts"

const failure = Effect.flip(TencentCloud.call(Query, input))

describe("Policy", () => {
  it.effect("counts when it is provided around a call, or beneath the layer, and the call's counts first", () =>
    Effect.gen(function* () {
      const { layer: client, sent } = yield* transport(refused("InternalError"))
      const Cloud = over(client)
      const Beneath = Cloud.pipe(Layer.provide(Policy.layer({ retry: Schedule.recurs(1) })))
      const requests = Effect.fnUntraced(function* (call: Effect.Effect<unknown>) {
        const before = (yield* sent).length
        yield* settled(call)
        return (yield* sent).length - before
      })
      assert.strictEqual(yield* requests(failure.pipe(Effect.provide(Cloud), once, Effect.orDie)), 1)
      assert.strictEqual(yield* requests(failure.pipe(Effect.provide(Beneath), Effect.orDie)), 2)
      assert.strictEqual(yield* requests(failure.pipe(once, Effect.provide(Beneath), Effect.orDie)), 1)
    })
  )

  it.effect("keeps what a layer does not change: its time and size hold together", () =>
    Effect.gen(function* () {
      const { layer: client } = yield* transport(slow("2 seconds"), respond("x".repeat(200)))
      const changes = Policy.layer({ timeout: "1 second" }).pipe(
        Layer.provide(Policy.layer({ maxResponseSize: 199, retry: Schedule.recurs(0) }))
      )
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* settled(failure)).reason._tag, "Timeout")
        assert.include((yield* settled(failure)).message, "it is larger than 199 B")
      }).pipe(Effect.provide(over(client)), Effect.provide(changes))
    })
  )
})
