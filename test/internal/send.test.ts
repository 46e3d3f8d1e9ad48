import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Tracer } from "effect"
import { FetchHttpClient, type HttpClient, HttpClientRequest } from "effect/http"
import { makeSend } from "../../src/internal/send.ts"
import { transport } from "../support/wire.ts"

const request = HttpClientRequest.post("https://host.example/")

describe("a request that is sent", () => {
  it.effect("has no trace headers and no span, even inside one", () =>
    Effect.gen(function* () {
      const spans: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          spans.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
      const { layer, sent } = yield* transport()
      yield* Effect.flatMap(makeSend, (send) => send(request)).pipe(
        Effect.withSpan("outer"),
        Effect.provide(layer),
        Effect.provideService(Tracer.Tracer, tracer)
      )
      assert.deepStrictEqual(spans, ["outer"])
      const [one] = yield* sent
      assert.deepStrictEqual(Object.keys({ ...one?.headers }), [])
    })
  )
})

describe("options of fetch", () => {
  const options = Layer.succeed(FetchHttpClient.RequestInit, {
    cache: "no-store",
    credentials: "include",
    headers: { "x-own": "1" },
    redirect: "follow"
  })

  /** What `fetch` is called with, when the options are given in one of the places where an application can give them. */
  const called = Effect.fnUntraced(function* (
    place: (
      client: Layer.Layer<HttpClient.HttpClient>
    ) => readonly [beneath: Layer.Layer<HttpClient.HttpClient>, around: Layer.Layer<never>]
  ) {
    const seen: Array<RequestInit | undefined> = []
    const fetch: typeof globalThis.fetch = (_, init) => {
      seen.push(init)
      return Promise.resolve(new Response("{}"))
    }
    const [beneath, around] = place(
      FetchHttpClient.layer.pipe(Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch)))
    )
    const send = yield* Effect.provide(makeSend, beneath)
    yield* Effect.provide(send(request), around)
    const [init] = seen
    if (init === undefined) return assert.fail("nothing was sent")
    return init
  })

  it.effect.each<readonly [where: string, place: Parameters<typeof called>[0]]>([
    ["beneath the library", (client) => [Layer.provideMerge(client, options), Layer.empty]],
    ["beneath the client", (client) => [Layer.provide(client, options), Layer.empty]],
    ["around the call", (client) => [client, options]]
  ])("given %s follow no redirect, and add no header and no cookie", ([, place]) =>
    Effect.gen(function* () {
      const { credentials, headers, redirect } = yield* called(place)
      assert.deepStrictEqual({ credentials, redirect }, { credentials: "omit", redirect: "manual" })
      assert.isFalse(new Headers(headers).has("x-own"))
    })
  )

  it.effect("given beneath the library are kept otherwise", () =>
    Effect.gen(function* () {
      const { cache } = yield* called((client) => [Layer.provideMerge(client, options), Layer.empty])
      assert.strictEqual(cache, "no-store")
    })
  )
})
