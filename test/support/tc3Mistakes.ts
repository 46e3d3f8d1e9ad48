/**
 * Signatures with mistakes, by code of their own: what `Tc3.explain` names is made again here, from the recipe of the
 * public documentation and one wrong step of it.
 */
import { createHash, createHmac } from "node:crypto"
import type * as Tc3 from "../../src/cloud/Tc3.ts"

/** What a client signs, and with what. */
export interface Recipe {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly query: string
  readonly contentType: string
  readonly action: string
  readonly payload: string
  readonly timestamp: string
  readonly date: string
  readonly service: string
  readonly signedHeaders: ReadonlyArray<string>
  readonly secretId: string
  readonly secretKey: string
}

/** A recipe whose steps can be replaced. */
interface Steps extends Recipe {
  readonly lowerAction: (action: string) => string
  readonly spelling: (name: string) => string
  readonly headerBlock: (lines: ReadonlyArray<string>) => string
  readonly payloadHash: (payload: string) => string
  readonly keyDate?: string
  readonly firstKey: (secretKey: string) => string
  readonly pass: (key: Buffer) => Buffer | string
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest()

const stepsOf = (recipe: Recipe): Steps => ({
  ...recipe,
  lowerAction: (action) => action.toLowerCase(),
  spelling: (name) => name,
  headerBlock: (lines) => lines.map((line) => `${line}\n`).join(""),
  payloadHash: sha256,
  firstKey: (secretKey) => `TC3${secretKey}`,
  pass: (key) => key
})

const sign = (steps: Steps): string => {
  const values: Record<string, string> = {
    "content-type": steps.contentType,
    host: steps.host,
    "x-tc-action": steps.lowerAction(steps.action)
  }
  const canonicalRequest = [
    steps.method,
    steps.path,
    steps.query,
    steps.headerBlock(steps.signedHeaders.map((name) => `${steps.spelling(name)}:${values[name]}`)),
    steps.signedHeaders.join(";"),
    steps.payloadHash(steps.payload)
  ].join("\n")
  const scope = `${steps.date}/${steps.service}/tc3_request`
  const text = ["TC3-HMAC-SHA256", steps.timestamp, scope, sha256(canonicalRequest)].join("\n")
  const dateKey = steps.pass(hmac(steps.firstKey(steps.secretKey), steps.keyDate ?? steps.date))
  const serviceKey = steps.pass(hmac(dateKey, steps.service))
  return hmac(steps.pass(hmac(serviceKey, "tc3_request")), text).toString("hex")
}

/** A mistake of a client: the steps that it does otherwise. */
export interface Wrong {
  readonly name: Tc3.MistakeName
  /** Mistakes with the same word exclude each other. */
  readonly step: string
  readonly spoil: (steps: Steps) => Partial<Steps>
}

const wrong = (name: Tc3.MistakeName, step: string, spoil: Wrong["spoil"]): Wrong => ({ name, step, spoil })

const otherDay = (date: string, days: number) =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** JSON as Python writes it. */
const python = (payload: string): string => {
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`
    if (typeof value !== "object" || value === null) return JSON.stringify(value)
    return `{${Object.entries(value)
      .map(([key, value]) => `${JSON.stringify(key)}: ${write(value)}`)
      .join(", ")}}`
  }
  return write(JSON.parse(payload))
}

export const wrongs: ReadonlyArray<Wrong> = [
  wrong("KeyWhiteSpace", "key", ({ secretKey }) => ({ secretKey: `${secretKey}\n` })),
  wrong("KeyWhiteSpace", "key", ({ secretKey }) => ({ secretKey: `${secretKey}\r\n` })),
  wrong("KeyWhiteSpace", "key", ({ secretKey }) => ({ secretKey: ` ${secretKey}` })),
  wrong("KeyQuotes", "key", ({ secretKey }) => ({ secretKey: `"${secretKey}"` })),
  wrong("KeySuffix", "key", ({ secretKey }) => ({ secretKey: `${secretKey}#ap-singapore#0` })),
  wrong("MissingKey", "key", () => ({ secretKey: "" })),
  wrong("IdAsKey", "key", ({ secretId }) => ({ secretKey: secretId })),
  wrong("KeyWithoutTC3", "first key", () => ({ firstKey: (secretKey) => secretKey })),
  wrong("HexKeySteps", "key steps", () => ({ pass: (key) => key.toString("hex") })),
  wrong("LocalDate", "date", ({ date }) => ({ date: otherDay(date, 1) })),
  wrong("LocalDate", "date", ({ date }) => ({ date: otherDay(date, -1) })),
  wrong("ScopeDate", "date", ({ date }) => ({ date: date.replaceAll("-", "") })),
  wrong("Service", "service", () => ({ service: "127" })),
  wrong("Service", "service", () => ({ service: "ai3d" })),
  wrong("Milliseconds", "timestamp", ({ timestamp }) => ({ timestamp: `${timestamp}000` })),
  wrong("OtherTimestamp", "timestamp", ({ timestamp }) => ({ timestamp: String(Number(timestamp) + 1) })),
  wrong("Method", "method", ({ method }) => ({ method: method.toLowerCase() })),
  wrong("Path", "path", () => ({ path: "" })),
  wrong("Query", "query", ({ action }) => ({ query: `Action=${action}` })),
  wrong("ContentType", "content type", () => ({ contentType: "application/json" })),
  wrong("ContentType", "content type", () => ({ contentType: "application/json; charset=utf-8" })),
  wrong("Host", "host", ({ host }) => ({ host: `${host}/` })),
  wrong("Host", "host", ({ host }) => ({ host: `${host.replace(/:\d+$/, "")}:443` })),
  wrong("Host", "host", () => ({ host: "hunyuan.tencentcloudapi.com" })),
  wrong("ActionCase", "action", () => ({ lowerAction: (action) => action })),
  wrong("HeaderOrder", "order", ({ signedHeaders }) => ({
    signedHeaders: ["host", ...signedHeaders.filter((name) => name !== "host")]
  })),
  wrong("HeaderNamesCase", "spelling", () => ({
    spelling: (name) => name.replace(/^x-tc/, "X-TC").replace(/(?<![A-Za-z])[a-z]/g, (letter) => letter.toUpperCase())
  })),
  wrong("HeaderNewline", "header block", () => ({ headerBlock: (lines) => lines.join("\n") })),
  wrong("BodyChanged", "payload", ({ payload }) => ({ payload: python(payload) })),
  wrong("BodyChanged", "payload", ({ payload }) => ({ payload: `${payload}\n` })),
  wrong("EmptyPayload", "payload", () => ({ payload: "" })),
  wrong("UpperCasePayloadHash", "payload hash", () => ({ payloadHash: (payload) => sha256(payload).toUpperCase() }))
]

const spoiled = (recipe: Recipe, mistakes: ReadonlyArray<Wrong>): Steps => {
  const steps = stepsOf(recipe)
  for (const { spoil } of mistakes) Object.assign(steps, spoil(steps))
  return steps
}

/** The signature of a client that makes these mistakes. */
export const signatureOf = (recipe: Recipe, mistakes: ReadonlyArray<Wrong> = []): string =>
  sign(spoiled(recipe, mistakes))

/** The request that such a client sends: what it signs wrongly it also writes into its `Authorization` header. */
export const requestOf = (recipe: Recipe, mistakes: ReadonlyArray<Wrong> = []): Tc3.Request => {
  const steps = spoiled(recipe, mistakes)
  return {
    method: recipe.method,
    host: recipe.host,
    path: recipe.path,
    query: recipe.query,
    headers: {
      "Content-Type": recipe.contentType,
      "X-TC-Action": recipe.action,
      "X-TC-Version": "2023-09-01",
      "X-TC-Region": "ap-singapore",
      "X-TC-Timestamp": recipe.timestamp,
      Authorization:
        `TC3-HMAC-SHA256 Credential=${recipe.secretId}/${steps.date}/${steps.service}/tc3_request, ` +
        `SignedHeaders=${steps.signedHeaders.join(";")}, Signature=${sign(steps)}`
    },
    payload: recipe.payload
  }
}
