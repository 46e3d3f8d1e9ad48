import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { HttpClientRequest } from "effect/http"
import * as fc from "fast-check"
import { findSecret } from "../../../../src/testing/internal/replay/secrets.ts"
import { jsonText } from "../../../support/arbitraries.ts"
import { property } from "../../../support/property.ts"
import { answering, defectOf, json, parse, recording, recordingErrorOf, request, signed, text } from "./calls.ts"

describe("A recorded file", () => {
  const link = "https://bucket.cos.ap-singapore.tencentcos.cn/3d/a.glb"
  const query =
    "q-sign-algorithm=sha1&q-ak=AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA&q-sign-time=1775554903%3B1775641302&q-key-time=1775554903%3B1775641302&q-header-list=host&q-url-param-list=&q-signature=0123456789abcdef0123456789abcdef01234567"
  const redacted = `${link}?q-sign-time=1775554903%3B1775641302&redacted`

  const bodyOf = (text: string) => parse(text).recordings[0]?.response?.body

  const links: ReadonlyArray<readonly [where: string, answer: unknown, kept: unknown]> = [
    ["a field", { Url: `${link}?${query}` }, { Url: redacted }],
    ["the middle of a text", [`see ${link}?${query} or ${link}?${query}`], [`see ${redacted} or ${redacted}`]],
    ["JSON inside JSON", { Details: `{"Url":"${link}?${query}","n":1}` }, { Details: `{"Url":"${redacted}","n":1}` }],
    [
      "JSON inside JSON inside JSON",
      { Details: JSON.stringify({ Inner: JSON.stringify({ Url: `${link}?${query}` }) }) },
      { Details: JSON.stringify({ Inner: JSON.stringify({ Url: redacted }) }) }
    ],
    ["other links", { Url: "https://host/a?token=1#part" }, { Url: "https://host/a?redacted" }],
    ["links with a user and password", { Url: "http://me:secret@host/a@b" }, { Url: "http://host/a@b" }],
    ["links that are redacted", { Url: redacted }, { Url: redacted }]
  ]
  for (const [where, answer, kept] of links) {
    it.effect(`a recorded file has no query of links: ${where}`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          bodyOf((yield* recording(answering(JSON.stringify(answer)), json(request()))).text),
          kept
        )
      })
    )
  }

  it.effect("a recorded file has no query of links in text that is no JSON", () =>
    Effect.gen(function* () {
      const { text: file } = yield* recording(answering(`<Url>${link}?${query}</Url>`), text(request()))
      assert.deepStrictEqual(bodyOf(file), `<Url>${redacted}</Url>`)
    })
  )

  it.effect("a recorded file has no query of the link that was requested", () =>
    Effect.gen(function* () {
      const { text: file } = yield* recording(answering("o cube"), text(HttpClientRequest.get(`${link}?${query}`)))
      assert.deepStrictEqual(parse(file).recordings[0]?.request, { method: "GET", url: link })
    })
  )

  const known = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA"
  const other = "AKID0123456789abcdefghijklmnopqrstuv"
  const secrets: ReadonlyArray<readonly [what: string, answer: BodyInit, path: string, secret: string]> = [
    ["the secret id that signed", '{"a":{"b":["its-own-kind-of-id"]}}', "body.a.b[0]", "its-own-kind-of-id"],
    ["the token that was sent", '{"a":"temporary-token-of-the-session"}', "body.a", "temporary-token-of-the-session"],
    ["the secret id of somebody else", `{"a b":"no ${other}!"}`, 'body["a b"]', other],
    ["a secret id in text", `<AccessKeyId>${other}</AccessKeyId>`, "body", other],
    ["a signed link that is no link", '{"a":"q-ak=x"}', "body.a", "q-ak"],
    ["an encoded signed link", '{"a":"https%3A%2F%2Fhost%3Fq-signature%3D01234"}', "body.a", "01234"],
    ["a security token of object storage", '{"a":"X-Cos-Security-Token: x"}', "body.a", "X-Cos"],
    [
      "a signature",
      `{"a":"TC3-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=${"0f".repeat(32)}"}`,
      "body.a",
      "0f0f"
    ],
    [
      "temporary credentials",
      '{"Response":{"Credentials":{"TmpSecretKey":"Vx0zKq8"}}}',
      "body.Response.Credentials.TmpSecretKey",
      "Vx0zKq8"
    ],
    ["a token by its name", '{"Token":"Vx0zKq8"}', "body.Token", "Vx0zKq8"],
    ["bytes with a secret id in them", new Blob([Uint8Array.of(0xff, 0xfe), other]), "base64", btoa(other).slice(4, -4)]
  ]
  for (const [what, answer, path, secret] of secrets) {
    it.effect(`a file is not written when it would hold ${what}, and the error names the place only`, () =>
      Effect.gen(function* () {
        const { exit, files } = yield* recording(answering(answer), text(signed({ JobId: "1" }, "its-own-kind-of-id")))
        const error = recordingErrorOf(defectOf(exit))
        assert.strictEqual(error.reason, "Secret")
        assert.include(error.message, ` recordings[0].response.${path} holds a secret`)
        assert.notInclude(inspect(error), secret)
        assert.deepStrictEqual(files, {})
      })
    )
  }

  const value = "Vx0zKq8Bd3mW5tYhJ7uLp2NsRf4Gc6Ea"
  const token = "temporary-token-of-the-session"
  const base64 = (text: string) => Buffer.from(text).toString("base64")
  const base64url = (text: string) => Buffer.from(text).toString("base64url")

  /** What an error page or an SDK makes of a secret. */
  const hidden: ReadonlyArray<readonly [where: string, answer: string]> = [
    [
      "the token in a query that was encoded twice",
      encodeURIComponent(encodeURIComponent("x-tc-token=tém/+=&" + token))
    ],
    ["the token in base64", `{"a":"Basic ${base64(`me:${token}`)}"}`],
    ["the token in base64 for links", `{"a":"https://host/${base64url(`{"t":"${token}"}`)}/x"}`],
    ["the token in base64 in base64", `{"a":"${base64(base64(`x${token}`))}"}`],
    [
      "the token in a page of HTML",
      `<pre>${Array.from(token, (letter) => `&#${letter.charCodeAt(0)};`).join("")}</pre>`
    ],
    [
      "the token as escapes of JavaScript",
      Array.from(token, (letter) => `\\x${letter.charCodeAt(0).toString(16)}`).join("")
    ],
    ["a key in JSON that is text", JSON.stringify({ Details: JSON.stringify({ TmpSecretKey: "Vx0zKq8" }) })],
    [
      "a key in JSON in JSON in JSON",
      JSON.stringify({ a: JSON.stringify(JSON.stringify({ b: { secretKey: "Vx0zKq8" } })) })
    ],
    ["a key in the middle of a message", JSON.stringify({ a: `failed: {"TmpSecretKey":"Vx0zKq8"} at 3` })],
    ["a key beside a huge number", `{"id":1375367755519696896,"TmpSecretKey":"Vx0zKq8"}`],
    ["a key in an array", '{"secretKey":["Vx0zKq8"]}'],
    ["a key in an object", '{"credential":{"secretKey":{"value":"Vx0zKq8"}}}'],
    ["a key as bytes", JSON.stringify({ secretKey: Buffer.from("Vx0zKq8") })],
    ["a key in base64 of JSON", `{"a":"${base64('{"TmpSecretKey":"Vx0zKq8"}')}"}`],
    ["a key that an SDK prints", "Credential { secretId: 'id', secretKey: 'Vx0zKq8' }"],
    ["a key in variables of the environment", `PATH=/bin\nTENCENTCLOUD_SECRET_KEY=${value}\n`],
    ["a key in a form", `a=1&SecretKey=${value}&b=2`],
    ["a key in a form in a link that is no link", encodeURIComponent(`?secretKey=${value}`)],
    ["a key in XML", "<Credentials><TmpSecretKey>Vx0zKq8</TmpSecretKey></Credentials>"],
    ["a key in XML in HTML", "<pre>&lt;TmpSecretKey&gt;Vx0zKq8&lt;/TmpSecretKey&gt;</pre>"],
    ["headers that a page repeats", `<pre>host: x\nx-tc-token: ${value}\n</pre>`]
  ]
  for (const [where, answer] of hidden) {
    it.effect(`a file is not written when it would hold ${where}`, () =>
      Effect.gen(function* () {
        const { exit, files } = yield* recording(answering(answer), text(signed()))
        assert.strictEqual(recordingErrorOf(defectOf(exit)).reason, "Secret")
        assert.deepStrictEqual(files, {})
      })
    )
  }

  const harmless: ReadonlyArray<readonly [what: string, answer: string]> = [
    ["a message about a token", '{"Message":"The token is missing or is not that of the key pair. Token: missing"}'],
    ["a message about a key", '{"Message":"secretKey: must not be empty"}'],
    [
      "fields of other names",
      '{"NextToken":"abcdefghijklmnopqrstuvwxyz","TokenCount":128,"Token":"","next_token":"x"}'
    ],
    ["a number of tokens", '{"token":128}'],
    ["a page with a token of its own", '<meta name="csrf-token" content="abcdefghijklmnopqrstuvwxyz">']
  ]
  for (const [what, answer] of harmless) {
    it.effect(`a file may hold ${what}`, () =>
      Effect.gen(function* () {
        const { exit } = yield* recording(answering(answer), text(signed()))
        assert.deepStrictEqual(exit, Exit.succeed(answer))
      })
    )
  }

  it.effect("a link loses its fragment in a file", () =>
    Effect.gen(function* () {
      const answer = { a: `https://host/a#access=${token}`, b: `https://host/#/b?c=${token}`, c: "https://host/c?d#e" }
      const { text: file } = yield* recording(answering(JSON.stringify(answer)), json(signed()))
      assert.deepStrictEqual<unknown>(bodyOf(file), {
        a: "https://host/a",
        b: "https://host/",
        c: "https://host/c?redacted"
      })
    })
  )

  const encodings: ReadonlyArray<(text: string) => string> = [
    (text) => encodeURIComponent(text),
    (text) => new URLSearchParams({ a: text }).toString(),
    (text) => JSON.stringify({ a: text }),
    (text) => JSON.stringify(text).replaceAll("/", "\\/"),
    (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;").replaceAll("+", "&#43;"),
    base64,
    base64url
  ]
  // As tokens are: long, and of the letters of base64.
  const anyToken = fc.string({ unit: fc.constantFrom(..."abcXYZ019+/=_-"), minLength: 16, maxLength: 64 })

  property(
    "a file is not written when it would hold the token, however it was encoded once or twice",
    [anyToken, fc.string(), fc.string(), fc.array(fc.constantFrom(...encodings), { minLength: 1, maxLength: 2 })],
    Effect.fnUntraced(function* (token, before, after, encodings) {
      const answer = encodings.reduce((text, encode) => encode(text), `${before} ${token} ${after}`)
      const { files } = yield* recording(answering(answer), text(request({ headers: { "x-tc-token": token } })))
      assert.deepStrictEqual(files, {})
    }),
    { runs: 1000 }
  )

  it.effect("a file is not written when a request would hold a secret", () =>
    Effect.gen(function* () {
      const { exit } = yield* recording(answering("1"), json(signed({ Prompt: known })))
      assert.include(recordingErrorOf(defectOf(exit)).message, " recordings[0].request.body.Prompt holds a secret")
    })
  )

  it.effect("a file is not written when the name of a field is a secret, which the error does not repeat", () =>
    Effect.gen(function* () {
      const { exit } = yield* recording(
        answering("1", `{"a":{"${other}":1}}`),
        Effect.all([json(request()), json(request())])
      )
      const { message } = recordingErrorOf(defectOf(exit))
      assert.include(message, " recordings[1] holds a secret")
      assert.notInclude(message, other)
    })
  )

  it.effect("a recorded file may hold what a stand-in credential is called", () =>
    Effect.gen(function* () {
      const { text } = yield* recording(answering('{"a":"id"}'), json(signed({ JobId: "1" }, "id")))
      assert.deepStrictEqual(bodyOf(text), { a: "id" })
    })
  )

  it.effect("a recorded file may hold an image in which the letters of a secret id turn up by chance", () =>
    Effect.gen(function* () {
      const ImageBase64 = `${"abcd".repeat(20)}${other}`
      const { text } = yield* recording(answering("1"), json(request({ body: { ImageBase64 } })))
      assert.deepStrictEqual(parse(text).recordings[0]?.request.body, { ImageBase64 })
    })
  )

  it("a file may hold a model of 20 MB", () => {
    const file = JSON.stringify({ recordings: [{ response: { base64: "A".repeat(27_000_000) } }] })
    assert.isUndefined(findSecret(file, new Set(["temporary-token-of-the-session"])))
    // A busy machine takes seconds for 27 million characters.
  }, 30_000)

  const anySecret = fc.string({ unit: fc.constantFrom(..."abcdefghijklmnop"), minLength: 24, maxLength: 24 })

  property(
    "a recorded file holds no header that is not allowed and no known secret, whatever comes",
    [jsonText(), anySecret, fc.boolean(), fc.constantFrom("id", "token", "other")],
    Effect.fnUntraced(function* (json, secret, leaks, place) {
      const answer = leaks ? `{"leak":[${json},${JSON.stringify(`x${secret}y`)}]}` : json
      const headers = {
        authorization: `TC3-HMAC-SHA256 Credential=${place === "id" ? secret : "short"}/2026-04-07/hunyuan`,
        "x-tc-token": place === "token" ? secret : "short",
        "x-other": secret
      }
      const { text: file } = yield* recording(
        answering(new Response(answer, { headers: { "x-other": secret } })),
        text(request({ headers }))
      )
      // A value that was never sent as a credential is not known to be one.
      if (place !== "other" || !answer.includes(secret)) assert.notInclude(file, secret)
    }),
    { runs: 300 }
  )
})
