import { createHash, createHmac } from "node:crypto"
import { createRequire } from "node:module"
import { env } from "node:process"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { hmac as nobleHmac } from "@noble/hashes/hmac.js"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { vi } from "vitest"
import * as Tc3 from "../../src/cloud/Tc3.ts"
import vectors from "../fixtures/tc3-vectors.json" with { type: "json" }
import { jsonValue } from "../support/arbitraries.ts"

// CommonJS behind an ES default export, which Node and bundlers import differently: `require` is the same everywhere.
const require = createRequire(import.meta.url)
const sdk: typeof import("tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js", {
  with: { "resolution-mode": "require" }
}) = require("tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js")
// The SDK writes JSON bodies with this dependency of its own, which escapes more than `JSON.stringify` does.
const sdkJson: { readonly stringify: (value: unknown) => string } = createRequire(
  require.resolve("tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js")
)("json-bigint")({ useNativeBigInt: true })

const sha256Hex = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex")
const hmac = (key: string | Uint8Array, data: string) => createHmac("sha256", key).update(data).digest()
const keysOf = (secretKey: string, date: string, service: string) => {
  const kDate = hmac(`TC3${secretKey}`, date)
  const kService = hmac(kDate, service)
  return { kDate, kService, kSigning: hmac(kService, "tc3_request") }
}

/** Every run of UTF-16 code units, lone surrogates included. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
)
const payload = fc.oneof(text, fc.uint8Array({ maxLength: 200 }))
const token = fc.stringMatching(/^[A-Za-z0-9_*-]{1,24}$/)
const headerName = fc.stringMatching(/^x-[a-z0-9-]{0,8}[a-z]$/).filter((name) => name !== "x-tc-content-sha256")
const credential = fc.record({ secretId: token, secretKey: fc.string().map((key) => Redacted.make(key)) })
/** Whole seconds from 1970 to the end of the year 9999. */
const seconds = fc.integer({ min: 0, max: 253_402_300_799 })

/** A request as a client sends it, signed over the required headers and some others. */
const signable: fc.Arbitrary<Tc3.SignOptions & { readonly signedHeaders: ReadonlyArray<string> }> = fc
  .record({
    method: fc.constantFrom("GET", "POST"),
    host: fc.tuple(fc.domain(), fc.constantFrom("", ":8443")).map((parts) => parts.join("")),
    path: fc.option(fc.webPath(), { nil: undefined }),
    query: fc.option(fc.webQueryParameters(), { nil: undefined }),
    headers: fc
      .tuple(
        fc.dictionary(headerName, token, { maxKeys: 5 }),
        fc.record({ "content-type": fc.string(), "x-tc-action": token })
      )
      .map(([others, own]) => ({ ...others, ...own })),
    payload,
    timestamp: seconds,
    service: token,
    credential
  })
  .chain((request) =>
    fc
      .subarray(Object.keys(request.headers))
      .map((some) => ({ ...request, signedHeaders: ["host", "content-type", ...some] }))
  )

const authorizationOf = (options: Tc3.SignOptions): Tc3.Authorization =>
  Result.getOrThrow(Tc3.parseAuthorization(Tc3.sign(options).authorization))

const received = (options: Tc3.SignOptions) => {
  const { credential, headers, host, method, path, payload, query, timestamp } = options
  return {
    credential,
    headers,
    host,
    method,
    path,
    payload,
    query,
    timestamp,
    authorization: authorizationOf(options)
  }
}

const seed: Tc3.SignOptions = {
  method: "POST",
  host: "hunyuan.intl.tencentcloudapi.com",
  headers: { "content-type": "application/json", "x-tc-action": "QueryHunyuanTo3DProJob" },
  payload: `{"JobId":"1375367755519696896"}`,
  timestamp: 1551113065,
  service: "hunyuan",
  credential: { secretId: "AKIDEXAMPLE", secretKey: Redacted.make("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE") }
}

const scopeDate = (timestamp: number) =>
  Tc3.stringToSign({ canonicalRequest: "", timestamp, service: "s" }).split("\n")[2]?.split("/")[0]

const check = <Ts extends [unknown, ...Array<unknown>]>(property: fc.IPropertyWithHooks<Ts>, numRuns = 1000) =>
  fc.assert(property, { numRuns })

describe("the published vectors", () => {
  for (const { expect, id, input, note } of vectors) {
    it(`${id} (${note}) comes out the same at every step`, () => {
      const service = input.host.split(".")[0] ?? ""
      const date = expect.stringToSign.split("\n")[2]?.split("/")[0] ?? ""
      const options = {
        method: input.method,
        host: input.host,
        query: input.query,
        headers: { "content-type": input.contentType, "x-tc-action": input.action },
        payload: input.payload,
        timestamp: input.timestamp,
        service,
        credential: { secretId: input.secretId, secretKey: Redacted.make(input.secretKey) },
        signedHeaders: input.signedHeaders.split(";")
      }
      const signed = Tc3.sign(options)
      assert.strictEqual(Tc3.canonicalRequest(options), expect.canonicalRequest)
      assert.strictEqual(
        Tc3.stringToSign({ canonicalRequest: expect.canonicalRequest, timestamp: input.timestamp, service }),
        expect.stringToSign
      )
      assert.deepStrictEqual(signed, {
        canonicalRequest: expect.canonicalRequest,
        stringToSign: expect.stringToSign,
        signature: expect.signature,
        authorization: expect.authorization
      })
      assert.strictEqual(signed.canonicalRequest.split("\n").at(-1), expect.hashedPayload)
      assert.strictEqual(sha256Hex(input.payload), expect.hashedPayload)
      assert.strictEqual(signed.stringToSign.split("\n").at(-1), expect.hashedCanonicalRequest)
      assert.strictEqual(sha256Hex(signed.canonicalRequest), expect.hashedCanonicalRequest)
      const { kDate, kService, kSigning } = keysOf(input.secretKey, date, service)
      assert.strictEqual(kDate.toString("hex"), expect.kDate)
      assert.strictEqual(kService.toString("hex"), expect.kService)
      assert.strictEqual(kSigning.toString("hex"), expect.kSigning)
      assert.strictEqual(hmac(kSigning, signed.stringToSign).toString("hex"), signed.signature)
      assert.isTrue(Tc3.verify(received(options)))
    })
  }
})

// What `sign3` is called with by the SDK: GET and POST; an absolute URL, whose port it leaves out of the signed host
// (so URLs have none here); a content type in lower case (it signs the value as spelt); a body that is a Buffer, a
// JSON-like object or, in a multipart form, strings and Buffers by name; a clock's timestamp; any id, key and service.
describe("the official SDK's sign3", () => {
  const common = fc.record({
    url: fc.webUrl({ withQueryParameters: true }),
    timestamp: seconds,
    service: text,
    secretId: text,
    secretKey: text
  })
  type Common = typeof common extends fc.Arbitrary<infer A> ? A : never
  const signBoth = (
    options: Common,
    body: {
      readonly method: string
      readonly contentType: string
      readonly boundary: string
      readonly multipart: boolean
      readonly sdkPayload: unknown
      readonly payload: string | Uint8Array
    }
  ) => {
    const url = new URL(options.url)
    const theirs = sdk.default.sign3({
      ...options,
      method: body.method,
      payload: body.sdkPayload,
      multipart: body.multipart,
      boundary: body.boundary,
      headers: { "Content-Type": body.contentType }
    })
    const ours = Tc3.sign({
      method: body.method,
      host: url.host,
      path: url.pathname,
      query: url.search.slice(1),
      headers: { "Content-Type": body.contentType },
      payload: body.payload,
      timestamp: options.timestamp,
      service: options.service,
      credential: { secretId: options.secretId, secretKey: Redacted.make(options.secretKey) },
      signedHeaders: ["content-type", "host"]
    })
    assert.strictEqual(ours.authorization, theirs)
  }

  it("signs a GET as we do", () => {
    check(
      fc.property(common, (options) =>
        signBoth(options, {
          method: "GET",
          contentType: "application/x-www-form-urlencoded",
          boundary: "",
          multipart: false,
          sdkPayload: "",
          payload: ""
        })
      )
    )
  })

  it("signs a POST of JSON as we do", () => {
    const json = fc.oneof(fc.dictionary(text, jsonValue()), fc.dictionary(text, text))
    const contentType = fc.constantFrom("application/json", "application/json; charset=utf-8")
    check(
      fc.property(common, json, contentType, (options, body, contentType) =>
        signBoth(options, {
          method: "POST",
          contentType,
          boundary: "",
          multipart: false,
          sdkPayload: body,
          payload: sdkJson.stringify(body)
        })
      )
    )
  })

  it("signs a POST of bytes as we do", () => {
    check(
      fc.property(common, fc.uint8Array({ maxLength: 300 }), (options, bytes) =>
        signBoth(options, {
          method: "POST",
          contentType: "application/octet-stream; charset=utf-8",
          boundary: "",
          multipart: false,
          sdkPayload: Buffer.from(bytes),
          payload: bytes
        })
      )
    )
  })

  it("signs a multipart POST as we do", () => {
    const parts = fc.dictionary(
      text,
      fc.oneof(
        text,
        fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes))
      )
    )
    const boundary = fc.stringMatching(/^-{26}[0-9a-f]{24}$/)
    check(
      fc.property(common, parts, boundary, (options, parts, boundary) => {
        const body = Object.entries(parts).flatMap(([name, content]) => {
          const type = typeof content === "string" ? "" : "\r\nContent-Type: application/octet-stream"
          return [
            `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${type}\r\n\r\n`,
            content,
            "\r\n"
          ].map((part) => Buffer.from(part))
        })
        signBoth(options, {
          method: "POST",
          contentType: `multipart/form-data; boundary=${boundary}`,
          boundary,
          multipart: true,
          sdkPayload: parts,
          payload: Buffer.concat([...body, Buffer.from(`--${boundary}--\r\n`)])
        })
      })
    )
  })
})

describe("canonicalRequest", () => {
  it("takes headers in any order, in any case and with any outer white space", () => {
    const space = fc.constantFrom("", " ", "\t", "\r\n", "\u00a0", "\u3000", "\ufeff ")
    const disguise = fc.array(
      fc.record({ upperName: fc.boolean(), upperValue: fc.boolean(), before: space, after: space }),
      {
        minLength: 8,
        maxLength: 8
      }
    )
    check(
      fc.property(signable, disguise, fc.infiniteStream(fc.nat()), (options, disguises, order) => {
        const entries = Object.entries({ ...options.headers, host: options.host })
          .map(([name, value], index) => {
            const { after, before, upperName, upperValue } =
              disguises[index] ?? assert.fail("more headers than disguises")
            return {
              name: before + (upperName ? name.toUpperCase() : name) + after,
              value: before + (upperValue ? value.toUpperCase() : value) + after,
              rank: order.next().value
            }
          })
          .toSorted((a, b) => a.rank - b.rank)
        const disguised = {
          ...options,
          headers: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
          host: ` ${options.host.toUpperCase()}\t`,
          signedHeaders: entries.map(({ name }) => name)
        }
        const plain = { ...options, signedHeaders: [...Object.keys(options.headers), "host"] }
        assert.deepStrictEqual(Tc3.sign(disguised), Tc3.sign(plain))
      })
    )
  })

  it("leaves headers out that are not signed", () => {
    check(
      fc.property(signable, fc.dictionary(headerName, fc.option(text, { nil: undefined })), (options, others) => {
        const more = { ...others, ...options.headers }
        assert.deepStrictEqual(Tc3.sign({ ...options, headers: more }), Tc3.sign(options))
      })
    )
  })

  it("prefers the host that is given apart to a host among the headers", () => {
    check(
      fc.property(signable, fc.constantFrom("host", "Host", "HOST"), text, (options, name, value) => {
        const headers = { ...options.headers, [name]: value }
        assert.strictEqual(Tc3.canonicalRequest({ ...options, headers }), Tc3.canonicalRequest(options))
      })
    )
  })

  it("signs content-type, host and x-tc-action when no others are named", () => {
    assert.strictEqual(
      Tc3.canonicalRequest(seed),
      [
        "POST",
        "/",
        "",
        "content-type:application/json",
        "host:hunyuan.intl.tencentcloudapi.com",
        "x-tc-action:queryhunyuanto3dprojob",
        "",
        "content-type;host;x-tc-action",
        sha256Hex(`{"JobId":"1375367755519696896"}`)
      ].join("\n")
    )
  })

  it("hashes text as its UTF-8 bytes, lone surrogates included", () => {
    check(
      fc.property(signable, text, (options, payload) => {
        const bytes = new TextEncoder().encode(payload)
        const signed = Tc3.sign({ ...options, payload })
        assert.deepStrictEqual(signed, Tc3.sign({ ...options, payload: bytes }))
        assert.strictEqual(signed.canonicalRequest.split("\n").at(-1), sha256Hex(bytes))
      })
    )
    assert.strictEqual(
      Tc3.canonicalRequest({ ...seed, payload: "a\ud800b" }),
      Tc3.canonicalRequest({ ...seed, payload: "a\ufffdb" })
    )
  })

  it("hashes the literal UNSIGNED-PAYLOAD when x-tc-content-sha256 says so", () => {
    check(
      fc.property(
        signable,
        payload,
        fc.constantFrom("x-tc-content-sha256", "X-TC-Content-SHA256"),
        (options, other, name) => {
          const unsigned = { ...options, headers: { ...options.headers, [name]: " UNSIGNED-PAYLOAD " } }
          assert.strictEqual(Tc3.canonicalRequest(unsigned).split("\n").at(-1), sha256Hex("UNSIGNED-PAYLOAD"))
          assert.isTrue(Tc3.verify({ ...received(unsigned), payload: other }))
        }
      )
    )
  })

  it("hashes the payload when x-tc-content-sha256 says anything else", () => {
    for (const value of ["unsigned-payload", "UNSIGNED-PAYLOAD;", "", sha256Hex("")]) {
      const headers = { ...seed.headers, "x-tc-content-sha256": value }
      assert.strictEqual(Tc3.canonicalRequest({ ...seed, headers }), Tc3.canonicalRequest(seed))
    }
  })
})

describe("the date of the scope", () => {
  const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const twoDigits = (n: number) => String(n).padStart(2, "0")
  const zones = [
    { zone: "UTC", offset: 0 },
    { zone: "Pacific/Kiritimati", offset: -840 },
    { zone: "Pacific/Pago_Pago", offset: 660 },
    { zone: "Asia/Kathmandu", offset: -345 },
    { zone: "America/St_Johns", offset: 210 }
  ]
  const inZone = (zone: string, offset: number, body: () => void) => {
    const before = env["TZ"]
    try {
      env["TZ"] = zone
      assert.strictEqual(new Date(Date.UTC(2020, 0, 1)).getTimezoneOffset(), offset)
      body()
    } finally {
      if (before === undefined) delete env["TZ"]
      else env["TZ"] = before
    }
  }

  it("changes at midnight UTC, at every end of a month from 1970 to 2400", () => {
    let midnight = 0
    let lastOfMonth = "1969-12-31"
    for (let year = 1970; year <= 2400; year++) {
      const days = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (const [index, length] of days.entries()) {
        const month = `${year}-${twoDigits(index + 1)}`
        assert.strictEqual(scopeDate(midnight - 1), lastOfMonth)
        assert.strictEqual(scopeDate(midnight), `${month}-01`)
        midnight += length * 86_400
        lastOfMonth = `${month}-${twoDigits(length)}`
      }
    }
  })

  it("is the same from the first second of a day to the last", () => {
    check(
      fc.property(fc.nat(2_932_896), fc.nat(86_399), (day, second) => {
        assert.strictEqual(scopeDate(day * 86_400 + second), scopeDate(day * 86_400))
        assert.notStrictEqual(scopeDate(day * 86_400 + second), scopeDate((day + 1) * 86_400))
      })
    )
  })

  it("is right past 2038", () => {
    assert.strictEqual(scopeDate(2 ** 31 - 1), "2038-01-19")
    assert.strictEqual(scopeDate(2 ** 31 + 86_400), "2038-01-20")
    assert.strictEqual(scopeDate(2 ** 32), "2106-02-07")
    assert.strictEqual(scopeDate(253_402_300_799), "9999-12-31")
  })

  it("does not depend on the local zone", () => {
    for (const { offset, zone } of zones) {
      inZone(zone, offset, () => {
        assert.strictEqual(scopeDate(1551139199), "2019-02-25")
        assert.strictEqual(scopeDate(1551139200), "2019-02-26")
        assert.strictEqual(scopeDate(951782400), "2000-02-29")
        check(
          fc.property(seconds, (timestamp) => {
            assert.strictEqual(scopeDate(timestamp), new Date(timestamp * 1000).toISOString().slice(0, 10))
          })
        )
      })
    }
  })
})

describe("sign", () => {
  it("makes the same signature whether its key was derived before or not", () => {
    // Short strings over few letters, so that different parts often read alike when they are put side by side.
    const part = fc.string({ unit: fc.constantFrom("a", "b", "/", ",", '"', "\\", "\n"), maxLength: 3 })
    const scope = fc.record({ secretKey: part, service: part, day: fc.nat(4) })
    const scopes = fc.uniqueArray(scope, { minLength: 150, maxLength: 200, selector: (value) => JSON.stringify(value) })
    check(
      fc.property(scopes, fc.array(fc.nat(149), { minLength: 300, maxLength: 300 }), (scopes, order) => {
        for (const index of order) {
          const { day, secretKey, service } = scopes[index] ?? assert.fail("no such scope")
          const signed = Tc3.sign({
            ...seed,
            timestamp: day * 86_400,
            service,
            credential: { secretId: "id", secretKey: Redacted.make(secretKey) }
          })
          const { kSigning } = keysOf(secretKey, `1970-01-0${day + 1}`, service)
          assert.strictEqual(signed.signature, hmac(kSigning, signed.stringToSign).toString("hex"))
        }
      }),
      20
    )
  })

  it("derives a key once, and keeps it until 64 others came after it", () => {
    using derived = vi.spyOn(nobleHmac, "create")
    const secretKey = Redacted.make("a key that no other test uses")
    const signOnDay = (day: number) => {
      Tc3.sign({ ...seed, timestamp: day * 86_400, credential: { secretId: "id", secretKey } })
      return derived.mock.calls.length
    }
    assert.strictEqual(signOnDay(0), 1)
    assert.strictEqual(signOnDay(0), 1)
    for (let day = 1; day < 64; day++) assert.strictEqual(signOnDay(day), day + 1)
    assert.strictEqual(signOnDay(0), 64)
    assert.strictEqual(signOnDay(64), 65)
    assert.strictEqual(signOnDay(1), 65)
    assert.strictEqual(signOnDay(0), 66)
  })

  it("shows the secret key in nothing it returns, nor in an error", () => {
    const secret = fc.stringMatching(/^[0-9a-f]{32,64}$/)
    check(
      fc.property(signable, secret, (options, secret) => {
        const own = { secretId: "AKIDEXAMPLE", secretKey: Redacted.make(secret) }
        const signed = Tc3.sign({ ...options, credential: own })
        const parsed = Tc3.parseAuthorization(signed.authorization)
        const refused = Tc3.parseAuthorization(`TC3-HMAC-SHA256 Credential=${secret}, Signature=${secret}`)
        assert.isTrue(Result.isFailure(refused))
        for (const value of [own, signed, ...Object.values(signed), parsed, refused, Result.merge(refused)]) {
          const shown = [String(value), JSON.stringify(value), inspect(value, { depth: Infinity, showHidden: true })]
          assert.notInclude(shown.join("\n").toLowerCase(), secret)
        }
        const error = Result.merge(refused)
        assert.instanceOf(error, Tc3.InvalidAuthorization)
        assert.notInclude(`${error.message}\n${error.stack}\n${inspect(error, { showHidden: true })}`, secret)
      })
    )
  })
})

describe("parseAuthorization", () => {
  it("is the inverse of what sign writes", () => {
    check(
      fc.property(signable, (options) => {
        const signed = Tc3.sign(options)
        assert.deepStrictEqual(
          Tc3.parseAuthorization(signed.authorization),
          Result.succeed({
            secretId: options.credential.secretId,
            date: new Date(options.timestamp * 1000).toISOString().slice(0, 10),
            service: options.service,
            signedHeaders: Array.from(new Set(options.signedHeaders)).toSorted(),
            signature: signed.signature
          })
        )
      })
    )
  })

  it("takes a header without the spaces after its commas", () => {
    const { authorization } = Tc3.sign(seed)
    assert.deepStrictEqual(
      Tc3.parseAuthorization(authorization.replaceAll(", ", ",")),
      Tc3.parseAuthorization(authorization)
    )
  })

  it("refuses everything else with a typed error", () => {
    const { authorization, signature } = Tc3.sign(seed)
    const malformed = [
      "",
      "SKIP",
      "Bearer something",
      authorization.replace("TC3-HMAC-SHA256", "TC3-HMAC-SHA1"),
      authorization.replace("TC3-HMAC-SHA256", "tc3-hmac-sha256"),
      authorization.replace("tc3_request", "aws4_request"),
      authorization.replace("AKIDEXAMPLE", ""),
      authorization.replace("AKIDEXAMPLE", "AKID/EXAMPLE"),
      authorization.replace("/hunyuan", ""),
      authorization.replace("/hunyuan/", "//"),
      authorization.replace("content-type;host;x-tc-action", ""),
      authorization.replace(signature, signature.slice(1)),
      authorization.replace(signature, `${signature}0`),
      authorization.replace(signature, "g".repeat(64)),
      authorization.replace(signature, "A".repeat(64)),
      ` ${authorization}`,
      `${authorization}\n`,
      `${authorization}, Signature=${signature}`
    ]
    for (const header of malformed) {
      const refused = Result.merge(Tc3.parseAuthorization(header))
      assert.instanceOf(refused, Tc3.InvalidAuthorization, header)
      assert.strictEqual(refused._tag, "InvalidAuthorization")
      assert.include(refused.message, "not a TC3-HMAC-SHA256 signature")
    }
  })
})

describe("verify", () => {
  type Received = ReturnType<typeof received>

  /** Accepts the request as it was signed and refuses it after `change`, which says `undefined` where it changes nothing. */
  const refuses = <A>(other: fc.Arbitrary<A>, change: (request: Received, other: A) => Partial<Received> | undefined) =>
    check(
      fc.property(signable, other, (options, other) => {
        const request = received(options)
        const changed = change(request, other)
        fc.pre(changed !== undefined)
        assert.isTrue(Tc3.verify(request))
        assert.isFalse(Tc3.verify({ ...request, ...changed }))
      })
    )
  const fold = (value: string) => value.trim().toLowerCase()

  it("accepts what sign made", () => {
    check(fc.property(signable, (options) => assert.isTrue(Tc3.verify(received(options)))))
  })

  it("refuses another method", () => {
    refuses(fc.constantFrom("GET", "POST", "post", "PUT", ""), (request, method) =>
      method === request.method ? undefined : { method }
    )
  })

  it("refuses another host", () => {
    refuses(text, (request, host) => (fold(host) === fold(request.host) ? undefined : { host }))
  })

  it("refuses another path", () => {
    refuses(text, (request, path) => (path === (request.path ?? "/") ? undefined : { path }))
  })

  it("refuses another query", () => {
    refuses(text, (request, query) => (query === (request.query ?? "") ? undefined : { query }))
  })

  it("refuses another value of any signed header", () => {
    refuses(fc.tuple(fc.nat(), text), ({ authorization, headers }, [index, value]) => {
      const names = authorization.signedHeaders.filter((name) => name !== "host")
      const name = names[index % names.length] ?? ""
      return fold(value) === fold(headers[name] ?? "") ? undefined : { headers: { ...headers, [name]: value } }
    })
  })

  it("refuses a request without one of its signed headers, even an empty one", () => {
    refuses(fc.tuple(fc.nat(), fc.boolean()), ({ authorization, headers }, [index, asUndefined]) => {
      const names = authorization.signedHeaders.filter((name) => name !== "host")
      const { [names[index % names.length] ?? ""]: _, ...rest } = headers
      return { headers: asUndefined ? { ...rest, [names[index % names.length] ?? ""]: undefined } : rest }
    })
    const empty = received({ ...seed, headers: { ...seed.headers, "x-tc-action": "" } })
    assert.isTrue(Tc3.verify(empty))
    assert.isFalse(Tc3.verify({ ...empty, headers: { "content-type": "application/json" } }))
  })

  it("refuses one flipped bit, one more byte and one byte less in the body", () => {
    const bytesOf = ({ payload }: Received) =>
      typeof payload === "string" ? new TextEncoder().encode(payload) : payload
    refuses(fc.tuple(fc.nat(), fc.nat(7)), (request, [index, bit]) => {
      const bytes = Uint8Array.from(bytesOf(request))
      const at = index % bytes.length
      return bytes.length === 0 ? undefined : { payload: bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit)) }
    })
    refuses(fc.nat(255), (request, byte) => ({ payload: Uint8Array.of(...bytesOf(request), byte) }))
    refuses(fc.constant(null), (request) => {
      const bytes = bytesOf(request)
      return bytes.length === 0 ? undefined : { payload: bytes.slice(0, -1) }
    })
  })

  it("refuses another timestamp, of the same day or not", () => {
    const other = fc.oneof(fc.integer({ min: -100_000, max: 100_000 }), seconds, fc.double())
    refuses(other, ({ timestamp }, other) =>
      timestamp + other === timestamp ? undefined : { timestamp: timestamp + other }
    )
  })

  it("refuses another date in the scope", () => {
    const day = seconds.map((timestamp) => new Date(timestamp * 1000).toISOString().slice(0, 10))
    refuses(fc.oneof(day, text), ({ authorization }, date) =>
      date === authorization.date ? undefined : { authorization: { ...authorization, date } }
    )
  })

  it("refuses a signature whose date is not that of its timestamp, though its key is the right one", () => {
    const { kSigning } = keysOf(Redacted.value(seed.credential.secretKey), "2019-02-26", seed.service)
    const signed = Tc3.sign(seed)
    const forged = hmac(kSigning, signed.stringToSign.replace("2019-02-25", "2019-02-26")).toString("hex")
    const request = received(seed)
    const authorization = { ...request.authorization, date: "2019-02-26", signature: forged }
    assert.isFalse(Tc3.verify({ ...request, authorization }))
  })

  it("refuses another service in the scope", () => {
    refuses(text, ({ authorization }, service) =>
      service === authorization.service ? undefined : { authorization: { ...authorization, service } }
    )
  })

  it("refuses another secret id on either side", () => {
    refuses(text, ({ authorization }, secretId) =>
      secretId === authorization.secretId ? undefined : { authorization: { ...authorization, secretId } }
    )
    refuses(text, ({ credential }, secretId) =>
      secretId === credential.secretId ? undefined : { credential: { ...credential, secretId } }
    )
  })

  it("refuses another secret key", () => {
    refuses(fc.string(), ({ credential }, key) =>
      key === Redacted.value(credential.secretKey)
        ? undefined
        : { credential: { ...credential, secretKey: Redacted.make(key) } }
    )
  })

  it("refuses one changed character of the signature, wherever it is, and a shorter or longer one", () => {
    const request = received(seed)
    const { signature } = request.authorization
    const verifyWith = (signature: string) =>
      Tc3.verify({ ...request, authorization: { ...request.authorization, signature } })
    assert.isTrue(verifyWith(signature))
    for (let i = 0; i < signature.length; i++) {
      for (const digit of "0123456789abcdefABCDEF\u0000") {
        const changed = signature.slice(0, i) + digit + signature.slice(i + 1)
        assert.strictEqual(verifyWith(changed), changed === signature)
      }
      assert.isFalse(verifyWith(signature.slice(0, i)))
      assert.isFalse(verifyWith(signature + signature.slice(0, i + 1)))
    }
    refuses(text, ({ authorization }, signature) => ({ authorization: { ...authorization, signature } }))
  })

  it("refuses a signature that does not cover content-type and host", () => {
    const names = ["content-type", "host", "x-tc-action"]
    check(
      fc.property(signable, fc.subarray(names, { minLength: 1 }), (options, signedHeaders) => {
        const covered = signedHeaders.includes("content-type") && signedHeaders.includes("host")
        assert.strictEqual(Tc3.verify(received({ ...options, signedHeaders })), covered)
      })
    )
  })

  it("refuses signed headers that are listed out of order, twice or in upper case", () => {
    const request = received(seed)
    for (const names of [
      "host;content-type;x-tc-action",
      "content-type;host;host;x-tc-action",
      "content-type;host;X-TC-Action"
    ]) {
      const authorization = { ...request.authorization, signedHeaders: names.split(";") }
      assert.isFalse(Tc3.verify({ ...request, authorization }), names)
    }
  })

  it("refuses a timestamp that has no date", () => {
    for (const timestamp of [NaN, Infinity, -Infinity, 1e300, 8.64e12 + 1]) {
      const { signature } = Tc3.sign({ ...seed, timestamp })
      const request = received(seed)
      const authorization = { ...request.authorization, date: "", signature }
      assert.isFalse(Tc3.verify({ ...request, timestamp, authorization }))
    }
  })
})

describe("any input", () => {
  const anyNumber = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(NaN, Infinity, -Infinity, -0, -1, 1e300, Number.MAX_VALUE, Number.MIN_VALUE, 8.64e12, 8.64e12 + 1)
  )
  const anyRequest = fc.record({
    method: text,
    host: text,
    path: fc.option(text, { nil: undefined }),
    query: fc.option(text, { nil: undefined }),
    headers: fc.dictionary(
      fc.oneof(text, fc.constantFrom("__proto__", "constructor", "Host", "X-TC-Content-SHA256")),
      fc.option(text, { nil: undefined })
    ),
    payload,
    timestamp: anyNumber,
    service: text,
    credential: fc.record({ secretId: text, secretKey: text.map((key) => Redacted.make(key)) }),
    signedHeaders: fc.option(fc.array(fc.oneof(text, fc.constantFrom("__proto__", "toString"))), { nil: undefined })
  })

  it("is signed without an exception", () => {
    check(
      fc.property(anyRequest, (options) => {
        const signed = Tc3.sign(options)
        assert.match(signed.signature, /^[0-9a-f]{64}$/)
        assert.strictEqual(signed.canonicalRequest, Tc3.canonicalRequest(options))
        assert.isTrue(signed.authorization.endsWith(`, Signature=${signed.signature}`))
        Tc3.parseAuthorization(signed.authorization)
      })
    )
  })

  it("is parsed without an exception", () => {
    const piece = fc.oneof(
      text,
      fc.constantFrom(
        "TC3-HMAC-SHA256 Credential=",
        "/",
        "tc3_request",
        ", SignedHeaders=",
        ", Signature=",
        "0".repeat(64)
      )
    )
    check(
      fc.property(
        fc.oneof(
          text,
          fc.array(piece).map((pieces) => pieces.join(""))
        ),
        (header) => {
          assert.isTrue(Result.isResult(Tc3.parseAuthorization(header)))
        }
      )
    )
  })

  it("is verified without an exception", () => {
    const authorization = fc.record({
      secretId: text,
      date: text,
      service: text,
      signedHeaders: fc.array(text),
      signature: text
    })
    check(
      fc.property(anyRequest, authorization, (request, authorization) => {
        assert.isFalse(Tc3.verify({ ...request, authorization }))
      })
    )
  })
})
