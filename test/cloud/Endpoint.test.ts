import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as Operation from "../../src/cloud/Operation.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import { cloud, input, json, over, Query, transport } from "../support/wire.ts"

const DescribeZones = Operation.make({
  action: "DescribeZones",
  product: { host: "cvm.tencentcloudapi.com", service: "cvm", version: "2017-03-12" },
  input: Schema.Struct({}),
  output: Schema.Struct({ TotalCount: Schema.Int }),
  safeToRepeat: true
})

describe("Endpoint", () => {
  it.effect("leaves each product its own host, service and version", () =>
    Effect.gen(function* () {
      const zones = json({ Response: { TotalCount: 7, Status: "RUN", RequestId: "r" } })
      const { call, sent } = yield* cloud(zones)
      assert.deepStrictEqual(yield* call(DescribeZones, {}), { TotalCount: 7 })
      yield* call(Query, input)
      assert.deepStrictEqual(
        (yield* sent).map(({ headers, url }) => [
          url.host,
          headers["x-tc-version"],
          /\/(\w+)\/tc3_request/.exec(headers["authorization"] ?? "")?.[1]
        ]),
        [
          ["cvm.tencentcloudapi.com", "2017-03-12", "cvm"],
          ["hunyuan.intl.tencentcloudapi.com", "2023-09-01", "hunyuan"]
        ]
      )
    })
  )

  it.effect("with a host sends the calls of all products there", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(json({ Response: { TotalCount: 7, Status: "RUN" } }))
      yield* Effect.all([call(DescribeZones, {}), call(Query, input)]).pipe(
        Effect.provide(Endpoint.layer({ protocol: "http", host: "localhost:8080" }))
      )
      assert.deepStrictEqual(
        (yield* sent).map(({ url }) => url.href),
        ["http://localhost:8080/", "http://localhost:8080/"]
      )
    })
  )

  it.effect("counts when it is provided around a call, or beneath the layer, and the call's counts first", () =>
    Effect.gen(function* () {
      const { layer: client, sent } = yield* transport()
      const Cloud = over(client)
      const Beneath = Cloud.pipe(Layer.provide(Endpoint.layer({ region: "beneath", language: "zh-CN" })))
      const around = Effect.provide(Endpoint.layer({ region: "around" }))
      const call = TencentCloud.call(Query, input)
      yield* call.pipe(Effect.provide(Cloud), around)
      yield* call.pipe(Effect.provide(Beneath))
      yield* call.pipe(around, Effect.provide(Beneath))
      assert.deepStrictEqual(
        (yield* sent).map(({ headers }) => [headers["x-tc-region"], headers["x-tc-language"]]),
        [
          ["around", "en-US"],
          ["beneath", "zh-CN"],
          ["around", "en-US"]
        ]
      )
    })
  )

  it.effect("keeps what a layer does not change, also of a layer around it", () =>
    Effect.gen(function* () {
      const endpoint = yield* Endpoint.Endpoint.pipe(
        Effect.provide(Endpoint.layer({ language: "zh-CN" })),
        Effect.provide(Endpoint.layer({ host: "host.example", language: "en-US" }))
      )
      assert.deepStrictEqual(endpoint, {
        protocol: "https",
        host: "host.example",
        region: "ap-singapore",
        language: "zh-CN"
      })
    })
  )
})
