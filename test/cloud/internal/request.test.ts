import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import * as fc from "fast-check"
import type * as Endpoint from "../../../src/cloud/Endpoint.ts"
import { makeRequest } from "../../../src/cloud/internal/request.ts"
import { property } from "../../support/property.ts"
import { input, Query } from "../../support/wire.ts"

const endpoint: Endpoint.Options = { protocol: "https", region: "ap-singapore", language: "en-US" }
const requestTo = (changes: Partial<Endpoint.Options>) => makeRequest(Query, input, { ...endpoint, ...changes })
const refusalOf = (changes: Partial<Endpoint.Options>) => Effect.flip(requestTo(changes))

describe("a request", () => {
  it.effect("posts the encoded input to the product's host, with the API's own headers", () =>
    Effect.gen(function* () {
      const { body, headers, method, url } = yield* requestTo({})
      assert.strictEqual(`${method} ${url}`, "POST https://hunyuan.intl.tencentcloudapi.com/")
      assert.deepStrictEqual(
        { ...headers },
        {
          "content-length": "31",
          "content-type": "application/json; charset=utf-8",
          "x-tc-action": "QueryHunyuanTo3DProJob",
          "x-tc-language": "en-US",
          "x-tc-region": "ap-singapore",
          "x-tc-requestclient": "effect-hunyuan3d",
          "x-tc-version": "2023-09-01"
        }
      )
      const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
      assert.strictEqual(text, `{"JobId":"1375367755519696896"}`)
    })
  )

  it.effect("goes to the endpoint's host, region and language where they are set", () =>
    Effect.gen(function* () {
      const { headers, url } = yield* requestTo({
        host: "host.example:8443",
        region: "ap-guangzhou",
        language: "zh-CN"
      })
      assert.strictEqual(url, "https://host.example:8443/")
      assert.strictEqual(headers["x-tc-region"], "ap-guangzhou")
      assert.strictEqual(headers["x-tc-language"], "zh-CN")
    })
  )

  it.effect("is not made from an input that its schema refuses", () =>
    Effect.gen(function* () {
      const reason = yield* Effect.flip(makeRequest(Query, { JobId: "my-job" }, endpoint))
      assert.strictEqual(reason._tag, "InvalidInput")
      assert.include(reason.message, "a string of digits")
      assert.notInclude(reason.message, "\n")
    })
  )

  it.effect("is not made from an input that no JSON can hold, and says so", () =>
    Effect.gen(function* () {
      const N = { ...Query, input: Schema.Struct({ N: Schema.BigInt }) }
      const reason = yield* Effect.flip(makeRequest(N, { N: 1n }, endpoint))
      assert.strictEqual(reason._tag, "InvalidInput")
      assert.match(reason.message, /JSON/)
    })
  )

  it.effect.each(["", "ap singapore", "ap-singapore\r\nx-own: 1", "region/../x", "ap-singapore\0", "北京"])(
    "is not made for %j, which is no name of a region",
    (region) =>
      Effect.gen(function* () {
        const reason = yield* refusalOf({ region })
        assert.strictEqual(reason._tag, "InvalidInput")
        assert.include(reason.message, "region")
      })
  )

  it.effect.each(["", "a b", "host:port"])("is not made for the host %j, which makes no URL", (host) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* refusalOf({ host }))._tag, "InvalidInput")
    })
  )
})

describe("plain http", () => {
  const plain = (host: string) => ({ protocol: "http" as const, host })

  it.effect.each(["localhost", "localhost:8080", "LocalHost", "127.0.0.1", "127.8.9.1:8080", "[::1]", "[::1]:8080"])(
    "goes to %s, which is this machine",
    (host) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* requestTo(plain(host))).url, `http://${host}/`)
      })
  )

  it.effect.each([
    "hunyuan.intl.tencentcloudapi.com",
    "10.0.0.1",
    "0.0.0.0",
    "[::2]",
    "[::ffff:8.8.8.8]",
    "evil.com",
    "127.0.0.1.evil.com",
    "localhost.evil.com",
    "evillocalhost",
    "127.0.0.1@evil.com",
    "localhost:80@evil.com",
    "evil.com#localhost",
    "evil.com?@localhost",
    "evil.com/@127.0.0.1",
    "evil.com\\@127.0.0.1",
    "evil.com\n.127.0.0.1",
    "127.0.0.1\t.evil.com",
    "１２７.0.0.1.evil.com",
    "localhost localhost",
    ""
  ])("is refused for %j, which is another", (host) =>
    Effect.gen(function* () {
      const reason = yield* refusalOf(plain(host))
      assert.strictEqual(reason._tag, "InvalidInput")
      assert.include(reason.message, "loopback")
    })
  )

  const piece = fc.constantFrom("127.0.0.1", "localhost", "[::1]", "evil.com", "@", ":", "/", "\\", "#", "?", ".", "\t")
  property(
    "goes to loopback hosts alone, however they are written",
    [fc.array(piece, { maxLength: 6 })],
    Effect.fnUntraced(function* (pieces) {
      const exit = yield* Effect.exit(requestTo(plain(pieces.join(""))))
      if (Exit.isFailure(exit)) return
      assert.include(["127.0.0.1", "[::1]", "localhost"], new URL(exit.value.url).hostname)
    }),
    { runs: 2000 }
  )
})

describe("a user or a password in the endpoint", () => {
  it.effect.each(["user:secret@host.example", "user@host.example", "user:secret@localhost"])(
    "is refused for %s, and not repeated in the message",
    (host) =>
      Effect.gen(function* () {
        const reason = yield* refusalOf({ host })
        assert.strictEqual(reason._tag, "InvalidInput")
        assert.notMatch(reason.message, /secret|user:|user@/)
      })
  )
})
