/** Mistakes in the first lines of the canonical request, and in its last: method, path, query and payload. */
import * as Result from "effect/Result"
import { sha256 } from "../../../internal/sha256.ts"
import { unsignedPayload } from "../canonical.ts"
import { otherBodies } from "./bodies.ts"
import { mutations, show, type Case, type Mutation } from "./mutation.ts"

const others = (values: ReadonlyArray<string>, right: string): ReadonlyArray<string> =>
  Array.from(new Set(values)).filter((value) => value !== right)

const methods = ({ right: { method } }: Case): ReadonlyArray<Mutation> =>
  mutations(others(["POST", "GET", method.toLowerCase()], method), (signed) => ({
    step: "method",
    name: "Method",
    message: `Signed with the method ${show(signed)}, sent with ${show(method)}. Sign the method as it is sent, in upper case.`,
    change: { method: signed }
  }))

const paths = ({ captured, right: { path, query } }: Case): ReadonlyArray<Mutation> =>
  mutations(
    others(
      ["", "/", path.replace(/\/$/, ""), `${path}/`, `${path}?${query}`, `https://${captured.request.host}/`],
      path
    ),
    (signed) => ({
      step: "path",
      name: "Path",
      message: `Signed with the path ${show(signed)}, sent with ${show(path)}. Sign the path as it is sent; it is \`/\` when it is empty.`,
      change: { path: signed }
    })
  )

const decoded = (query: string): string =>
  Result.getOrElse(
    Result.try(() => decodeURIComponent(query.replaceAll("+", "%20"))),
    () => query
  )

/** RFC 3986: all but letters, digits and `-._~`. */
const percentEncoded = (text: string): string =>
  Result.getOrElse(
    Result.try(() =>
      encodeURIComponent(text).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
      )
    ),
    () => text
  )

const eachPart = (query: string, write: (part: string) => string): string =>
  query
    .split("&")
    .map((parameter) => parameter.split("=").map(write).join("="))
    .join("&")

const otherQueries = (query: string): ReadonlyArray<string> => {
  const encoded = eachPart(query, (part) => percentEncoded(decoded(part)))
  const lowerHex = (text: string) => text.replace(/%[0-9A-F]{2}/gi, (escape) => escape.toLowerCase())
  return [
    encoded,
    encoded.replaceAll("%20", "+"),
    lowerHex(encoded),
    lowerHex(encoded.replaceAll("%20", "+")),
    eachPart(query, decoded),
    query.split("&").toSorted().join("&"),
    `?${query}`
  ]
}

const queries = ({ captured, right: { query } }: Case): ReadonlyArray<Mutation> => {
  const action = captured.headers.get("x-tc-action") ?? ""
  return mutations(others(["", `Action=${action}`, ...(query === "" ? [] : otherQueries(query))], query), (signed) => ({
    step: "query",
    name: "Query",
    message:
      `Signed with the query ${show(signed)}, sent with ${show(query)}. Sign the query as it stands in the URL: ` +
      "percent-encoded with upper-case digits, a space as `%20`; empty when the URL has none.",
    change: { query: signed }
  }))
}

const maxQuoted = 40

/** Two texts from a little before the place where they differ. */
const quoted = (signed: string, sent: string): readonly [string, string] => {
  let same = 0
  while (same < signed.length && signed[same] === sent[same]) same++
  const from = Math.max(0, same - 12)
  const cut = (text: string) =>
    show(
      `${from > 0 ? "…" : ""}${text.slice(from, from + maxQuoted)}${text.length > from + maxQuoted ? "…" : ""}`
        .replaceAll("\r", "\\r")
        .replaceAll("\n", "\\n")
        .replaceAll("\ufeff", "\\ufeff")
    )
  return [cut(signed), cut(sent)]
}

/** The payload as text; `undefined` where it is none. */
const textOf = (payload: string | Uint8Array): string | undefined =>
  typeof payload === "string"
    ? payload
    : Result.getOrUndefined(
        Result.try(() => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload))
      )

const bodies = (text: string): ReadonlyArray<Mutation> =>
  otherBodies(text).map((body) => {
    const [signed, sent] = quoted(body.text, text)
    return {
      step: "payload",
      name: "BodyChanged",
      message: `The body was changed after signing. It was signed ${body.how}: ${signed}; sent was ${sent}. Sign the bytes that are sent.`,
      change: { payloadHash: sha256(body.text) }
    }
  })

const maxUnhashed = 65_536

const hashes = ({ captured: { request } }: Case, text: string | undefined): readonly [Mutation, ...Array<Mutation>] => {
  const step = "payload"
  const hash = "The last line of the canonical request is the hash of the body that is sent"
  return [
    {
      step,
      name: "EmptyPayload",
      message: `Signed with the hash of an empty body. ${hash}.`,
      change: { payloadHash: sha256("") }
    },
    ...mutations(text === undefined || text.length > maxUnhashed ? [""] : ["", text], (signed) => ({
      step,
      name: "PayloadNotHashed",
      message: `Signed with ${signed === "" ? "nothing" : "the body itself"} in place of its hash. ${hash}: 64 hexadecimal digits.`,
      change: { payloadHash: signed }
    })),
    ...mutations([sha256(unsignedPayload), unsignedPayload], (payloadHash) => ({
      step,
      name: "UnsignedPayload",
      message: `Signed with ${unsignedPayload}, sent without X-TC-Content-SHA256. Send that header, or sign the hash of the body.`,
      change: { payloadHash }
    })),
    ...mutations([sha256(request.payload)], (payloadHash) => ({
      step,
      name: "UnsignedPayload",
      message: `Signed with the hash of the body, sent with \`X-TC-Content-SHA256: ${unsignedPayload}\`. Sign the hash of ${unsignedPayload}, or leave that header out.`,
      change: { payloadHash }
    })),
    {
      step: "spelling of hashes",
      name: "UpperCasePayloadHash",
      message: "Signed with the hash of the body in upper case. Write hexadecimal digits in lower case.",
      change: { spellPayloadHash: (hex) => hex.toUpperCase() }
    }
  ]
}

export const requestMistakes = (the: Case): ReadonlyArray<Mutation> => {
  const text = textOf(the.captured.request.payload)
  const [empty, ...unlikely] = hashes(the, text)
  const payloads = [empty, ...(text === undefined ? [] : bodies(text)), ...unlikely]
  return [
    ...methods(the),
    ...paths(the),
    ...queries(the),
    ...payloads.filter(({ change }) => change.payloadHash !== the.right.payloadHash)
  ]
}
