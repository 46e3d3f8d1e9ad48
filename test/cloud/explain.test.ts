import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import * as Tc3 from "../../src/cloud/Tc3.ts"
import fixture from "../fixtures/signature-mistakes.json" with { type: "json" }
import { jsonText } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"
import { requestOf, signatureOf, wrongs, type Recipe, type Wrong } from "../support/tc3Mistakes.ts"

const { base, vectors } = fixture
const credential = { secretId: base.secretId, secretKey: Redacted.make(base.secretKey) }

interface Sent extends Partial<typeof base> {
  readonly contentSha256?: string
}

/** The request of a vector, as it is captured. */
const captured = (changed: Sent, signature: string): Tc3.Request => {
  const sent = { ...base, ...changed }
  return {
    method: sent.method,
    host: sent.host,
    query: sent.query,
    headers: {
      "Content-Type": sent.contentType,
      "X-TC-Action": sent.action,
      "X-TC-Version": sent.version,
      "X-TC-Region": sent.region,
      "X-TC-Timestamp": sent.timestamp,
      "X-TC-Content-SHA256": changed.contentSha256,
      Authorization:
        `TC3-HMAC-SHA256 Credential=${sent.secretId}/${sent.date}/${sent.service}/tc3_request, ` +
        `SignedHeaders=${sent.signedHeaders}, Signature=${signature}`
    },
    payload: sent.payload
  }
}

const rightSignature = vectors[0]?.signature ?? ""
const right = captured({}, rightSignature)

/** The names of the mistakes of each cause. */
const namesOf = (explanation: Tc3.Explanation): ReadonlyArray<ReadonlyArray<Tc3.MistakeName>> =>
  explanation._tag === "Mistaken"
    ? explanation.causes.map(({ mistakes }) => mistakes.map(({ name }) => name))
    : assert.fail(`${explanation._tag}: ${explanation.message}`)

const withHeader = (name: string, value: string | undefined, request: Tc3.Request = right): Tc3.Request => ({
  ...request,
  headers: { ...request.headers, [name]: value }
})
const authorization = right.headers["Authorization"] ?? ""
const withAuthorization = (change: (header: string) => string) => withHeader("Authorization", change(authorization))

describe("the vectors", () => {
  for (const { cause, mistake, name, request, signature } of vectors) {
    it(`${cause === 0 ? "" : `cause ${cause}, `}${mistake}: is ${name ?? "right"}`, () => {
      const explanation = Tc3.explain(captured(request, signature), credential)
      if (name === null) assert.strictEqual(explanation._tag, "Right")
      else assert.deepStrictEqual<unknown>(namesOf(explanation), [[name]])
    })
  }
})

const alphanumeric = (length: number) =>
  fc.string({
    unit: fc.constantFrom(..."ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"),
    minLength: length,
    maxLength: length
  })

/** What a client signs that makes no mistake. */
const recipe: fc.Arbitrary<Recipe> = fc
  .record({
    method: fc.constant("POST"),
    host: fc.constantFrom(
      "hunyuan.intl.tencentcloudapi.com",
      "hunyuan.tencentcloudapi.com",
      "127.0.0.1:8080",
      "proxy.example"
    ),
    path: fc.constantFrom("/", "/", "/v1"),
    query: fc.constantFrom("", "", "a=1&b=x%20y"),
    contentType: fc.constantFrom("application/json", "application/json; charset=utf-8", "text/plain;charset=utf-8"),
    action: fc.constantFrom("QueryHunyuanTo3DProJob", "SubmitHunyuanTo3DProJob"),
    payload: fc.oneof(
      fc.constantFrom(`{"JobId":"1000000000000000000"}`, `{"Prompt":"猫","Model":"3.0"}`),
      jsonText({ maxDepth: 2 })
    ),
    seconds: fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
    signedHeaders: fc.constantFrom(["content-type", "host"], ["content-type", "host", "x-tc-action"]),
    secretId: alphanumeric(32).map((id) => `AKID${id}`),
    secretKey: alphanumeric(32)
  })
  .map(({ seconds, ...rest }) => ({
    ...rest,
    timestamp: String(seconds),
    date: new Date(seconds * 1000).toISOString().slice(0, 10),
    service: "hunyuan"
  }))

const credentialOf = ({ secretId, secretKey }: Recipe) => ({ secretId, secretKey: Redacted.make(secretKey) })

/** Whether mistakes of these names make the signature, by the code of the tests. */
const reproduce = (
  recipe: Recipe,
  signature: string,
  names: ReadonlyArray<Tc3.MistakeName>,
  made: ReadonlyArray<Wrong> = []
): boolean => {
  const [name, ...others] = names
  return name === undefined
    ? signatureOf(recipe, made) === signature
    : wrongs
        .filter((wrong) => wrong.name === name)
        .some((wrong) => reproduce(recipe, signature, others, [...made, wrong]))
}

describe("a request by a client that makes mistakes", () => {
  property("is right when there is none", [recipe], (recipe) => {
    assert.strictEqual(Tc3.explain(requestOf(recipe), credentialOf(recipe))._tag, "Right")
  })

  property("is what Tc3.sign makes when there is none", [recipe], (recipe) => {
    const { signature } = Tc3.sign({
      ...recipe,
      timestamp: Number(recipe.timestamp),
      credential: credentialOf(recipe),
      headers: { "content-type": recipe.contentType, "x-tc-action": recipe.action }
    })
    assert.strictEqual(signatureOf(recipe), signature)
  })

  /** At a host that is not the vendor's, each service is the right one. */
  const isMistake = ({ host }: Recipe, { name }: Wrong) => name !== "Service" || host.endsWith(".tencentcloudapi.com")

  const explains = (recipe: Recipe, mistakes: ReadonlyArray<Wrong>) => {
    const signature = signatureOf(recipe, mistakes)
    const explanation = Tc3.explain(requestOf(recipe, mistakes), credentialOf(recipe))
    const causes = namesOf(explanation)
    const made = mistakes.map(({ name }) => name)
    assert.isTrue(
      causes.some((names) => names.length === made.length && made.every((name) => names.includes(name))),
      `${made.join(" and ")} explained by ${causes.join(" or ")}`
    )
    for (const names of causes) assert.isTrue(reproduce(recipe, signature, names), `${names.join(" and ")} named`)
  }

  for (const wrong of wrongs) {
    property(
      `is explained by ${wrong.name}, made in this way: ${wrong.spoil.toString().replace(/\s+/g, " ")}`,
      [recipe],
      (recipe) => {
        fc.pre(isMistake(recipe, wrong) && signatureOf(recipe, [wrong]) !== signatureOf(recipe))
        explains(recipe, [wrong])
      },
      { runs: 12 }
    )
  }

  property(
    "is explained by two mistakes of different steps, whichever they are",
    [recipe, fc.constantFrom(...wrongs), fc.constantFrom(...wrongs)],
    (recipe, first, second) => {
      fc.pre(first.step !== second.step && isMistake(recipe, first) && isMistake(recipe, second))
      const signature = signatureOf(recipe, [first, second])
      for (const fewer of [[], [first], [second]]) fc.pre(signatureOf(recipe, fewer) !== signature)
      explains(recipe, [first, second])
    },
    { runs: 200 }
  )

  property(
    "is not explained when its signature is any other",
    [recipe, fc.stringMatching(/^[0-9a-f]{64}$/)],
    (recipe, signature) => {
      const request = requestOf(recipe)
      const header = request.headers["Authorization"] ?? ""
      const explanation = Tc3.explain(
        withHeader("Authorization", header.replace(/[0-9a-f]{64}$/, signature), request),
        credentialOf(recipe)
      )
      assert.strictEqual(explanation._tag, "Unexplained")
    },
    { runs: 40 }
  )
})

describe("what the request shows", () => {
  const shown = (title: string, request: Tc3.Request, ...names: ReadonlyArray<Tc3.MistakeName>) =>
    it(title, () => {
      assert.deepStrictEqual(namesOf(Tc3.explain(request, credential)), [names])
    })

  shown("a signature in upper case", captured({}, rightSignature.toUpperCase()), "UpperCaseSignature")
  shown("an id of another pair", captured({ secretId: "AKIDOTHER" }, rightSignature), "OtherSecretId")
  shown("an id in quotes", captured({ secretId: `'${base.secretId}'` }, rightSignature), "SecretIdForm")
  shown("a key of TokenHub in place of the id", captured({ secretId: "sk-12345678" }, rightSignature), "SecretIdForm")
  shown(
    "a date in the header that is not the one that was signed",
    captured({ date: "2026-05-27" }, rightSignature),
    "LocalDate"
  )
  shown(
    "a service in the header that is not the one that was signed",
    captured({ service: "cvm" }, rightSignature),
    "Service"
  )
  shown(
    "names in capitals that were signed in lower case",
    captured({ signedHeaders: "Content-Type;Host" }, rightSignature),
    "HeaderNamesCase"
  )
  shown(
    "names out of order that were signed in order",
    captured({ signedHeaders: "host;content-type" }, rightSignature),
    "HeaderOrder"
  )
  shown("a timestamp in milliseconds", captured({ timestamp: "1780000000000" }, rightSignature), "Milliseconds")
  shown("a timestamp with a fraction", captured({ timestamp: "1780000000.25" }, rightSignature), "TimestampForm")
  shown(
    "spaces in the Authorization header",
    withAuthorization((header) => header.replaceAll(", ", " , ")),
    "AuthorizationForm"
  )
  shown(
    "a scheme in lower case",
    withAuthorization((header) => header.replace("TC3-HMAC-SHA256", "tc3-hmac-sha256")),
    "AuthorizationForm"
  )
  shown(
    "another end of the scope",
    withAuthorization((header) => header.replace("tc3_request", "aws4_request")),
    "Terminator"
  )
  shown(
    "a scope without a service",
    withAuthorization((header) => header.replace("/hunyuan", "")),
    "AuthorizationForm"
  )

  it("several of them come together", () => {
    const request = captured({ secretId: "AKIDOTHER", date: "2026-05-29" }, rightSignature.toUpperCase())
    assert.deepStrictEqual(namesOf(Tc3.explain(request, credential)), [
      ["LocalDate", "UpperCaseSignature", "OtherSecretId"]
    ])
  })

  it("a required header that is not signed is named, and so is a signed one that is not sent", () => {
    const sign = (signedHeaders: ReadonlyArray<string>, headers: Record<string, string>) => {
      const signed = Tc3.sign({
        ...right,
        headers,
        timestamp: 1_780_000_000,
        service: "hunyuan",
        credential,
        signedHeaders
      })
      return withHeader("X-TC-Timestamp", base.timestamp, {
        ...right,
        headers: { ...headers, Authorization: signed.authorization }
      })
    }
    const contentType = { "Content-Type": base.contentType }
    assert.deepStrictEqual(namesOf(Tc3.explain(sign(["host"], contentType), credential)), [["RequiredHeader"]])
    assert.deepStrictEqual(
      namesOf(Tc3.explain(sign(["content-type", "host", "x-tc-token"], contentType), credential)),
      [["HeaderNotSent"]]
    )
    const { headers, ...rest } = sign(["content-type", "host"], contentType)
    assert.deepStrictEqual(
      namesOf(Tc3.explain({ ...rest, headers: { ...headers, "Content-Type": undefined } }, credential)),
      [["ContentType"]]
    )
  })

  it("where nothing explains the signature, it is told beside that", () => {
    const explanation = Tc3.explain(captured({ secretId: "AKIDOTHER" }, "0".repeat(64)), credential)
    assert.strictEqual(explanation._tag, "Unexplained")
    assert.match(
      explanation.message,
      /another key was used.*names the SecretId `AKIDOTHE…`, the key belongs to `AKIDz8kr…`/
    )
  })
})

describe("the key that is given", () => {
  const given = (change: (key: string) => string) => ({
    ...credential,
    secretKey: Redacted.make(change(base.secretKey))
  })

  it("is told when it has something around it that the signature was made without", () => {
    for (const [name, change] of [
      ["KeyWhiteSpace", (key: string) => `${key}\n`],
      ["KeyWhiteSpace", (key: string) => `  ${key}`],
      ["KeyQuotes", (key: string) => `"${key}"`],
      ["KeyByteOrderMark", (key: string) => `\ufeff${key}`],
      ["KeySuffix", (key: string) => `${key}#ap-shanghai#0`],
      ["KeySuffix", (key: string) => `${key};`],
      ["KeyPrefix", (key: string) => `key:${key}`]
    ] as const) {
      assert.deepStrictEqual(namesOf(Tc3.explain(right, given(change)))[0], [name])
    }
  })

  it("is told when the signature was made with what is around it", () => {
    for (const [name, secretKey] of [
      ["KeyWhiteSpace", `${base.secretKey}\n`],
      ["KeyQuotes", `'${base.secretKey}'`],
      ["KeySuffix", `${base.secretKey}#ap-shanghai#0`],
      ["MissingKey", ""],
      ["IdAsKey", base.secretId]
    ] as const) {
      const own = { secretId: base.secretId, secretKey: Redacted.make(secretKey) }
      const { authorization } = Tc3.sign({
        ...right,
        timestamp: 1_780_000_000,
        service: "hunyuan",
        credential: own
      })
      assert.deepStrictEqual(namesOf(Tc3.explain(withHeader("Authorization", authorization), own)), [[name]])
    }
  })

  it("asks for a token when a temporary one signed correctly", () => {
    const temporary = { ...credential, secretId: `AKID${"x".repeat(60)}` }
    const { authorization } = Tc3.sign({
      ...right,
      timestamp: 1_780_000_000,
      service: "hunyuan",
      credential: temporary
    })
    const request = withHeader("Authorization", authorization)
    assert.include(Tc3.explain(request, temporary).message, "X-TC-Token")
    assert.notInclude(Tc3.explain(withHeader("X-TC-Token", "t", request), temporary).message, "X-TC-Token")
  })
})

describe("what cannot be read", () => {
  const unreadable = (request: Tc3.Request) => {
    const explanation = Tc3.explain(request, credential)
    return explanation._tag === "Unreadable" ? explanation : assert.fail(explanation._tag)
  }

  it("what is missing is named", () => {
    assert.deepStrictEqual(unreadable(withHeader("Authorization", undefined)).missing, ["Authorization"])
    assert.deepStrictEqual(unreadable(withHeader("X-TC-Timestamp", undefined)).missing, ["X-TC-Timestamp"])
    assert.deepStrictEqual(unreadable(withHeader("X-TC-Timestamp", "now")).missing, ["X-TC-Timestamp"])
    assert.deepStrictEqual(unreadable({ ...right, host: " " }).missing, ["Host"])
    assert.deepStrictEqual(unreadable({ ...right, host: "", headers: {} }).missing, [
      "Authorization",
      "X-TC-Timestamp",
      "Host"
    ])
    const cut = withAuthorization((header) => header.slice(0, -10))
    assert.deepStrictEqual(unreadable(cut).missing, ["Authorization"])
    assert.include(unreadable(cut).message, "curl -v")
    const unsent = captured({ signedHeaders: "content-type;host;x-tc-traceid" }, "0".repeat(64))
    assert.deepStrictEqual(unreadable(unsent).missing, ["x-tc-traceid"])
  })

  it("the old method and other schemes are told what the request needs", () => {
    const without = withHeader("Authorization", undefined)
    const parameters = "Action=QueryHunyuanTo3DProJob&Nonce=1&SecretId=AKID&Signature=abc"
    for (const old of [
      { ...without, query: parameters },
      { ...without, payload: parameters },
      { ...without, payload: new TextEncoder().encode(parameters) }
    ]) {
      assert.match(unreadable(old).message, /old signature method.*TC3-HMAC-SHA256/)
    }
    assert.include(unreadable(withHeader("Authorization", "Bearer abc")).message, "another method")
    assert.include(unreadable(withHeader("Authorization", "SKIP")).message, "another method")
  })
})

describe("the difference", () => {
  const differenceOf = (request: Tc3.Request) => {
    const explanation = Tc3.explain(request, credential)
    return explanation._tag === "Mistaken" ? explanation.causes[0].difference : assert.fail(explanation.message)
  }
  const ofVector = (mistake: string) => {
    const vector = vectors.find((vector) => vector.mistake === mistake) ?? assert.fail(mistake)
    return differenceOf(captured(vector.request, vector.signature))
  }

  it("is the line that differs, in both forms", () => {
    assert.deepStrictEqual(ofVector("host with :443"), {
      expected: "host:hunyuan.intl.tencentcloudapi.com",
      signed: "host:hunyuan.intl.tencentcloudapi.com:443"
    })
    assert.deepStrictEqual(ofVector("scope date 2026-05-29"), {
      expected: "2026-05-28/hunyuan/tc3_request",
      signed: "2026-05-29/hunyuan/tc3_request"
    })
    assert.deepStrictEqual(ofVector("string to sign with 1780000000000, date right"), {
      expected: "1780000000",
      signed: "1780000000000"
    })
  })

  it("has the line before where a line is missing", () => {
    assert.deepStrictEqual(ofVector("last newline of the canonical headers missing"), {
      expected: "host:hunyuan.intl.tencentcloudapi.com\n",
      signed: "host:hunyuan.intl.tencentcloudapi.com"
    })
  })

  it("is missing where the key is the mistake", () => {
    assert.isUndefined(ofVector("SecretKey + \\n"))
  })
})

describe("the secret key", () => {
  /** Every six characters of the key that follow each other. */
  const partsOf = (key: string) => Array.from({ length: Math.max(0, key.length - 5) }, (_, at) => key.slice(at, at + 6))

  property(
    "is in no explanation, wherever the request holds it",
    [
      recipe,
      fc.subarray([...wrongs], { maxLength: 2 }),
      fc.constantFrom("host", "path", "query", "contentType", "action", "payload", "secretId", "none")
    ],
    (recipe, mistakes, place) => {
      // A body stays JSON, which its mistakes need.
      const held = {
        ...recipe,
        ...(place === "none" ? {} : { [place]: `${recipe[place]}${recipe.secretKey}` }),
        ...(place === "payload" ? { payload: JSON.stringify({ Key: recipe.secretKey }) } : {})
      }
      const explanation = Tc3.explain(requestOf(held, mistakes), credentialOf(held))
      const text = `${inspect(explanation, { depth: 10 })}${JSON.stringify(explanation)}`
      for (const part of partsOf(recipe.secretKey)) assert.notInclude(text, part)
    },
    { runs: 100 }
  )

  it("is in no explanation when it stands in place of the id", () => {
    const swapped = { secretId: base.secretKey, secretKey: Redacted.make(base.secretId) }
    const { authorization } = Tc3.sign({ ...right, timestamp: 1_780_000_000, service: "hunyuan", credential: swapped })
    const explanation = Tc3.explain(withHeader("Authorization", authorization), credential)
    assert.isTrue(namesOf(explanation).some((names) => names.includes("IdAsKey")))
    for (const part of partsOf(base.secretKey)) assert.notInclude(JSON.stringify(explanation), part)
  })
})

describe("any strings", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string(),
    fc.constantFrom("", "a=b", "%", "\ud800", "[[[[", "😀")
  )
  property(
    "are explained without an error",
    [
      fc.record({
        method: text,
        host: text,
        path: fc.option(text, { nil: undefined }),
        query: fc.option(text, { nil: undefined }),
        payload: fc.oneof(text, fc.uint8Array({ maxLength: 50 })),
        headers: fc.record(
          {
            authorization: fc.oneof(
              text,
              fc
                .tuple(text, text, text, text)
                .map(
                  ([id, scope, names, more]) =>
                    `${more}TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${rightSignature}`
                )
            ),
            "x-tc-timestamp": fc.oneof(
              text,
              fc.integer().map(String),
              fc.double().map(String),
              fc.bigInt().map(String)
            ),
            "content-type": text,
            [" Host"]: text,
            "x-tc-action": text
          },
          { requiredKeys: [] }
        )
      }),
      text,
      text
    ],
    (request, secretId, secretKey) => {
      assert.isString(Tc3.explain(request, { secretId, secretKey: Redacted.make(secretKey) }).message)
    },
    { runs: 200 }
  )

  it("a body that is nested deeply, or is large, is explained like any other", () => {
    for (const payload of ["[".repeat(8000) + "]".repeat(8000), `{"a":"${"x".repeat(2_000_000)}"}`]) {
      const signed = Tc3.sign({
        ...right,
        payload: `${payload}\n`,
        timestamp: 1_780_000_000,
        service: "hunyuan",
        credential
      })
      const request = { ...withHeader("Authorization", signed.authorization), payload }
      assert.deepStrictEqual(namesOf(Tc3.explain(request, credential)), [["BodyChanged"]])
    }
  })
})
