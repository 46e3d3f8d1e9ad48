import { createHash, createHmac } from "node:crypto"
import { createRequire } from "node:module"
import { env } from "node:process"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { hmac as nobleHmac } from "@noble/hashes/hmac.js"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { vi } from "vitest"
import * as Tc3 from "../../src/cloud/Tc3.ts"
import vectors from "../fixtures/tc3-vectors.json" with { type: "json" }
import { jsonValue } from "../support/arbitraries.ts"
import { printed } from "../support/printed.ts"
import { property } from "../support/property.ts"

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

describe("the published vectors", () => {
  for (const { expect, id, input, note } of vectors) {
    it(`the vector ${id} (${note}) comes out the same at every step`, () => {
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

  property("the SDK signs a GET as we do", [common], (options) =>
    signBoth(options, {
      method: "GET",
      contentType: "application/x-www-form-urlencoded",
      boundary: "",
      multipart: false,
      sdkPayload: "",
      payload: ""
    })
  )

  property(
    "the SDK signs a POST of JSON as we do",
    [
      common,
      fc.oneof(fc.dictionary(text, jsonValue()), fc.dictionary(text, text)),
      fc.constantFrom("application/json", "application/json; charset=utf-8")
    ],
    (options, body, contentType) =>
      signBoth(options, {
        method: "POST",
        contentType,
        boundary: "",
        multipart: false,
        sdkPayload: body,
        payload: sdkJson.stringify(body)
      })
  )

  property("the SDK signs a POST of bytes as we do", [common, fc.uint8Array({ maxLength: 300 })], (options, bytes) =>
    signBoth(options, {
      method: "POST",
      contentType: "application/octet-stream; charset=utf-8",
      boundary: "",
      multipart: false,
      sdkPayload: Buffer.from(bytes),
      payload: bytes
    })
  )

  const parts = fc.dictionary(
    text,
    fc.oneof(
      text,
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes))
    )
  )
  const boundary = fc.stringMatching(/^-{26}[0-9a-f]{24}$/)
  property("the SDK signs a multipart POST as we do", [common, parts, boundary], (options, parts, boundary) => {
    const body = Object.entries(parts).flatMap(([name, content]) => {
      const type = typeof content === "string" ? "" : "\r\nContent-Type: application/octet-stream"
      return [`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${type}\r\n\r\n`, content, "\r\n"].map(
        (part) => Buffer.from(part)
      )
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
})

describe("the canonical request", () => {
  const space = fc.constantFrom("", " ", "\t", "\r\n", "\u00a0", "\u3000", "\ufeff ")
  const disguise = fc.record({
    upperName: fc.boolean(),
    upperValue: fc.boolean(),
    before: space,
    after: space,
    rank: fc.nat()
  })
  property(
    "the order, the case and the outer white space of headers change nothing",
    [signable, fc.array(disguise, { minLength: 8, maxLength: 8 })],
    (options, disguises) => {
      const entries = Object.entries({ ...options.headers, host: options.host })
        .map(([name, value], index) => {
          const { after, before, rank, upperName, upperValue } =
            disguises[index] ?? assert.fail("more headers than disguises")
          return {
            name: before + (upperName ? name.toUpperCase() : name) + after,
            value: before + (upperValue ? value.toUpperCase() : value) + after,
            rank
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
    }
  )

  property(
    "headers that are not signed change nothing",
    [signable, fc.dictionary(headerName, fc.option(text, { nil: undefined }))],
    (options, others) => {
      const more = { ...others, ...options.headers }
      assert.deepStrictEqual(Tc3.sign({ ...options, headers: more }), Tc3.sign(options))
    }
  )

  it("the host that is given apart wins over a host among the headers", () => {
    for (const name of ["host", "Host", "HOST"]) {
      const headers = { ...seed.headers, [name]: "other.example" }
      assert.strictEqual(Tc3.canonicalRequest({ ...seed, headers }), Tc3.canonicalRequest(seed))
    }
  })

  it("content-type, host and x-tc-action are signed when no headers are named", () => {
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

  property("text is hashed as its UTF-8 bytes, lone surrogates included", [text], (payload) => {
    const bytes = new TextEncoder().encode(payload)
    const signed = Tc3.sign({ ...seed, payload })
    assert.deepStrictEqual(signed, Tc3.sign({ ...seed, payload: bytes }))
    assert.strictEqual(signed.canonicalRequest.split("\n").at(-1), sha256Hex(bytes))
  })

  it("a lone surrogate is hashed as U+FFFD", () => {
    assert.strictEqual(
      Tc3.canonicalRequest({ ...seed, payload: "a\ud800b" }),
      Tc3.canonicalRequest({ ...seed, payload: "a\ufffdb" })
    )
  })

  property(
    "the literal UNSIGNED-PAYLOAD is hashed when x-tc-content-sha256 says so",
    [payload, fc.constantFrom("x-tc-content-sha256", "X-TC-Content-SHA256")],
    (other, name) => {
      const unsigned = { ...seed, headers: { ...seed.headers, [name]: " UNSIGNED-PAYLOAD " } }
      assert.strictEqual(Tc3.canonicalRequest(unsigned).split("\n").at(-1), sha256Hex("UNSIGNED-PAYLOAD"))
      assert.isTrue(Tc3.verify({ ...received(unsigned), payload: other }))
    }
  )

  it("the payload is hashed when x-tc-content-sha256 says anything else", () => {
    for (const value of ["unsigned-payload", "UNSIGNED-PAYLOAD;", "", sha256Hex("")]) {
      const headers = { ...seed.headers, "x-tc-content-sha256": value }
      assert.strictEqual(Tc3.canonicalRequest({ ...seed, headers }), Tc3.canonicalRequest(seed))
    }
  })
})

describe("the date of the scope", () => {
  it("the date changes at midnight UTC, at every end of a month from 1970 to 2110", () => {
    for (let month = 1; month < 12 * 140; month++) {
      const midnight = Date.UTC(1970, month) / 1000
      const first = `${1970 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`
      assert.strictEqual(scopeDate(midnight), first)
      assert.isBelow(Number(scopeDate(midnight - 1)?.replaceAll("-", "")), Number(first.replaceAll("-", "")))
    }
  })

  property("the date is the same from the first second of a day to the last", [fc.nat(2_932_896)], (day) => {
    assert.strictEqual(scopeDate(day * 86_400 + 86_399), scopeDate(day * 86_400))
    assert.notStrictEqual(scopeDate(day * 86_400 + 86_399), scopeDate((day + 1) * 86_400))
  })

  property(
    "the date is that of the timestamp, whatever was signed before",
    [fc.array(fc.oneof(seconds, fc.nat(200_000), fc.integer(), fc.constant(NaN)), { minLength: 2 })],
    (timestamps) => {
      for (const timestamp of timestamps) {
        const date = Number.isNaN(timestamp) ? "" : new Date(timestamp * 1000).toISOString().slice(0, 10)
        assert.strictEqual(scopeDate(timestamp), date)
      }
    }
  )

  it("a timestamp that no date can be written for leaves the date empty", () => {
    for (const timestamp of [NaN, Infinity, -Infinity, 1e300, 8.64e12 + 86_400, -8.64e12 - 1]) {
      assert.strictEqual(scopeDate(timestamp), "")
    }
    assert.strictEqual(scopeDate(8.64e12 + 86_399), "+275760-09-13")
    assert.strictEqual(scopeDate(-8.64e12), "-271821-04-20")
  })

  it("the date is right past 2038", () => {
    assert.strictEqual(scopeDate(2 ** 31 - 1), "2038-01-19")
    assert.strictEqual(scopeDate(2 ** 31 + 86_400), "2038-01-20")
    assert.strictEqual(scopeDate(2 ** 32), "2106-02-07")
    assert.strictEqual(scopeDate(253_402_300_799), "9999-12-31")
  })

  it.each([
    { zone: "Pacific/Kiritimati", offset: -840 },
    { zone: "Pacific/Pago_Pago", offset: 660 },
    { zone: "Asia/Kathmandu", offset: -345 }
  ])("the date is that of UTC where the local zone is $zone", ({ offset, zone }) => {
    const before = env["TZ"]
    try {
      env["TZ"] = zone
      assert.strictEqual(new Date(Date.UTC(2020, 0, 1)).getTimezoneOffset(), offset)
      assert.strictEqual(scopeDate(1551139199), "2019-02-25")
      assert.strictEqual(scopeDate(1551139200), "2019-02-26")
      assert.strictEqual(scopeDate(951782400), "2000-02-29")
    } finally {
      if (before === undefined) delete env["TZ"]
      else env["TZ"] = before
    }
  })
})

describe("the signing key", () => {
  const signWith = (secretKey: Redacted.Redacted<string>, day = 0, service = "hunyuan") =>
    Tc3.sign({ ...seed, timestamp: day * 86_400, service, credential: { secretId: "id", secretKey } })

  // Short strings over few letters, so that different parts often read alike when they are put side by side.
  const part = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 2 })
  const signing = fc.record({ key: fc.nat(2), service: part, day: fc.nat(2) })
  property(
    "a signature is the same whether its key was derived before or not",
    [fc.tuple(part, part, part), fc.array(signing, { minLength: 5, maxLength: 20 })],
    (texts, signings) => {
      const secretKeys = texts.map((text) => ({ text, redacted: Redacted.make(text) }))
      for (const { day, key, service } of signings) {
        const { redacted, text } = secretKeys[key] ?? assert.fail("no such key")
        const signed = signWith(redacted, day, service)
        const { kSigning } = keysOf(text, `1970-01-0${day + 1}`, service)
        assert.strictEqual(signed.signature, hmac(kSigning, signed.stringToSign).toString("hex"))
      }
    }
  )

  it("the key is derived once for a secret key, a date and a service", () => {
    using derived = vi.spyOn(nobleHmac, "create")
    const derivedBy = (...signing: Parameters<typeof signWith>) => {
      const before = derived.mock.calls.length
      signWith(...signing)
      return derived.mock.calls.length - before
    }
    const secretKey = Redacted.make("a key")
    assert.strictEqual(derivedBy(secretKey), 1)
    assert.strictEqual(derivedBy(secretKey), 0)
    assert.strictEqual(derivedBy(secretKey, 1), 1)
    assert.strictEqual(derivedBy(secretKey, 1), 0)
    assert.strictEqual(derivedBy(secretKey, 1, "sts"), 1)
    assert.strictEqual(derivedBy(Redacted.make("a key"), 1, "sts"), 1)
    assert.strictEqual(derivedBy(secretKey, 1, "sts"), 0)
  })

  it("what is kept of a secret key is freed together with it", async () => {
    const secretKeys = Array.from({ length: 10 }, (_, n) => Redacted.make(`key ${n}`))
    const references = secretKeys.map((secretKey) => {
      signWith(secretKey)
      return new WeakRef(secretKey)
    })
    secretKeys.length = 0
    // Another turn of the event loop, until which a reference that was just made is alive.
    await new Promise((resolve) => setImmediate(resolve))
    setFlagsFromString("--expose-gc")
    runInNewContext("gc")()
    assert.isEmpty(references.filter((reference) => reference.deref() !== undefined))
  })

  it("a secret key that was wiped signs no more", () => {
    const secretKey = Redacted.make("a key")
    signWith(secretKey)
    Redacted.wipeUnsafe(secretKey)
    assert.throws(() => signWith(secretKey))
  })

  property(
    "the secret key is shown in nothing that comes back, nor in an error",
    [signable, fc.stringMatching(/^[0-9a-f]{32,64}$/)],
    (options, secret) => {
      const own = { secretId: "AKIDEXAMPLE", secretKey: Redacted.make(secret) }
      const signed = Tc3.sign({ ...options, credential: own })
      const refused = Tc3.parseAuthorization(`TC3-HMAC-SHA256 Credential=${secret}, Signature=${secret}`)
      const error = Result.merge(refused)
      assert.instanceOf(error, Tc3.InvalidAuthorization)
      const values = [own, signed, Tc3.parseAuthorization(signed.authorization), refused, error]
      assert.notInclude(values.map(printed).join("\n").toLowerCase(), secret)
    },
    { runs: 40 }
  )
})

describe("an Authorization header", () => {
  property("what sign writes is taken apart again", [signable], (options) => {
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

  it("the spaces after its commas may be missing", () => {
    const { authorization } = Tc3.sign(seed)
    assert.deepStrictEqual(
      Tc3.parseAuthorization(authorization.replaceAll(", ", ",")),
      Tc3.parseAuthorization(authorization)
    )
  })

  it("everything else is refused with a typed error", () => {
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

  /**
   * A request is accepted as it was signed and refused after `change`, which says `undefined` where it changes nothing.
   */
  const refuses = <A>(
    title: string,
    other: fc.Arbitrary<A>,
    change: (request: Received, other: A) => Partial<Received> | undefined
  ) =>
    property(title, [signable, other], (options, other) => {
      const request = received(options)
      const changed = change(request, other)
      fc.pre(changed !== undefined)
      assert.isTrue(Tc3.verify(request))
      assert.isFalse(Tc3.verify({ ...request, ...changed }))
    })
  const fold = (value: string) => value.trim().toLowerCase()
  const othersThanHost = ({ authorization }: Received) => authorization.signedHeaders.filter((name) => name !== "host")
  const bytesOf = ({ payload }: Received) => (typeof payload === "string" ? new TextEncoder().encode(payload) : payload)

  property("a request is accepted as it was signed", [signable], (options) => {
    assert.isTrue(Tc3.verify(received(options)))
  })

  refuses("another method is refused", fc.constantFrom("GET", "POST", "post", "PUT", ""), (request, method) =>
    method === request.method ? undefined : { method }
  )

  refuses("another host is refused", text, (request, host) =>
    fold(host) === fold(request.host) ? undefined : { host }
  )

  refuses("another path is refused", text, (request, path) => (path === (request.path ?? "/") ? undefined : { path }))

  refuses("another query is refused", text, (request, query) =>
    query === (request.query ?? "") ? undefined : { query }
  )

  refuses("another value of any signed header is refused", fc.tuple(fc.nat(), text), (request, [index, value]) => {
    const names = othersThanHost(request)
    const name = names[index % names.length] ?? ""
    const { headers } = request
    return fold(value) === fold(headers[name] ?? "") ? undefined : { headers: { ...headers, [name]: value } }
  })

  refuses("a request without one of its signed headers is refused", fc.nat(), (request, index) => {
    const names = othersThanHost(request)
    const { [names[index % names.length] ?? ""]: _, ...headers } = request.headers
    return { headers }
  })

  refuses("a signed header that is undefined is refused", fc.nat(), (request, index) => {
    const names = othersThanHost(request)
    return { headers: { ...request.headers, [names[index % names.length] ?? ""]: undefined } }
  })

  it("a request without a signed header that was empty is refused", () => {
    const empty = received({ ...seed, headers: { ...seed.headers, "x-tc-action": "" } })
    assert.isTrue(Tc3.verify(empty))
    assert.isFalse(Tc3.verify({ ...empty, headers: { "content-type": "application/json" } }))
  })

  refuses("one flipped bit in the body is refused", fc.tuple(fc.nat(), fc.nat(7)), (request, [index, bit]) => {
    const bytes = Uint8Array.from(bytesOf(request))
    const at = index % bytes.length
    return bytes.length === 0 ? undefined : { payload: bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit)) }
  })

  refuses("one more byte in the body is refused", fc.nat(255), (request, byte) => ({
    payload: Uint8Array.of(...bytesOf(request), byte)
  }))

  refuses("one byte less in the body is refused", fc.constant(null), (request) => {
    const bytes = bytesOf(request)
    return bytes.length === 0 ? undefined : { payload: bytes.slice(0, -1) }
  })

  refuses(
    "another timestamp is refused, of the same day or not",
    fc.oneof(fc.integer({ min: -100_000, max: 100_000 }), seconds, fc.double()),
    ({ timestamp }, other) => (timestamp + other === timestamp ? undefined : { timestamp: timestamp + other })
  )

  const day = seconds.map((timestamp) => new Date(timestamp * 1000).toISOString().slice(0, 10))
  refuses("another date in the scope is refused", fc.oneof(day, text), ({ authorization }, date) =>
    date === authorization.date ? undefined : { authorization: { ...authorization, date } }
  )

  it("a date that is not that of the timestamp is refused, though the signature is right for it", () => {
    const { kSigning } = keysOf(Redacted.value(seed.credential.secretKey), "2019-02-26", seed.service)
    const signed = Tc3.sign(seed)
    const forged = hmac(kSigning, signed.stringToSign.replace("2019-02-25", "2019-02-26")).toString("hex")
    const request = received(seed)
    const authorization = { ...request.authorization, date: "2019-02-26", signature: forged }
    assert.isFalse(Tc3.verify({ ...request, authorization }))
  })

  refuses("another service in the scope is refused", text, ({ authorization }, service) =>
    service === authorization.service ? undefined : { authorization: { ...authorization, service } }
  )

  refuses("another secret id in the header is refused", text, ({ authorization }, secretId) =>
    secretId === authorization.secretId ? undefined : { authorization: { ...authorization, secretId } }
  )

  refuses("another secret id of the receiver is refused", text, ({ credential }, secretId) =>
    secretId === credential.secretId ? undefined : { credential: { ...credential, secretId } }
  )

  refuses("another secret key is refused", fc.string(), ({ credential }, key) =>
    key === Redacted.value(credential.secretKey)
      ? undefined
      : { credential: { ...credential, secretKey: Redacted.make(key) } }
  )

  const verifyWith = (signature: string) => {
    const request = received(seed)
    return Tc3.verify({ ...request, authorization: { ...request.authorization, signature } })
  }

  it("one changed character of the signature is refused, wherever it is", () => {
    const { signature } = Tc3.sign(seed)
    assert.isTrue(verifyWith(signature))
    for (let i = 0; i < signature.length; i++) {
      for (const digit of ["0", "7", "f", "F", "\u0000"]) {
        const changed = signature.slice(0, i) + digit + signature.slice(i + 1)
        assert.strictEqual(verifyWith(changed), changed === signature)
      }
    }
  })

  it("a signature that is shorter or longer is refused", () => {
    const { signature } = Tc3.sign(seed)
    for (let i = 0; i < signature.length; i++) {
      assert.isFalse(verifyWith(signature.slice(0, i)))
      assert.isFalse(verifyWith(signature + signature.slice(0, i + 1)))
    }
  })

  property(
    "a signature that does not cover content-type and host is refused",
    [signable, fc.subarray(["content-type", "host", "x-tc-action"], { minLength: 1 })],
    (options, signedHeaders) => {
      const covered = signedHeaders.includes("content-type") && signedHeaders.includes("host")
      assert.strictEqual(Tc3.verify(received({ ...options, signedHeaders })), covered)
    }
  )

  it.each([
    ["out of order", "host;content-type;x-tc-action"],
    ["twice", "content-type;host;host;x-tc-action"],
    ["in upper case", "content-type;host;X-TC-Action"]
  ])("signed headers that are listed %s are refused", (_, names) => {
    const request = received(seed)
    const authorization = { ...request.authorization, signedHeaders: names.split(";") }
    assert.isFalse(Tc3.verify({ ...request, authorization }))
  })

  it("a timestamp that has no date is refused", () => {
    for (const timestamp of [NaN, Infinity, -Infinity, 1e300, 8.64e12 + 86_400]) {
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

  property(
    "any request is signed without an exception",
    [anyRequest],
    (options) => {
      const signed = Tc3.sign(options)
      assert.match(signed.signature, /^[0-9a-f]{64}$/)
      assert.strictEqual(signed.canonicalRequest, Tc3.canonicalRequest(options))
      assert.isTrue(signed.authorization.endsWith(`, Signature=${signed.signature}`))
      Tc3.parseAuthorization(signed.authorization)
    },
    { runs: 500 }
  )

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
  property(
    "any header is parsed without an exception",
    [fc.array(piece).map((pieces) => pieces.join(""))],
    (header) => {
      assert.isTrue(Result.isResult(Tc3.parseAuthorization(header)))
    },
    { runs: 500 }
  )

  const authorization = fc.record({
    secretId: text,
    date: text,
    service: text,
    signedHeaders: fc.array(text),
    signature: text
  })
  property(
    "any request is verified without an exception",
    [anyRequest, authorization],
    (request, authorization) => {
      assert.isFalse(Tc3.verify({ ...request, authorization }))
    },
    { runs: 500 }
  )
})
