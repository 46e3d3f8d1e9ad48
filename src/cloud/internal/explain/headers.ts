/** Mistakes in the header lines of the canonical request: their values, names, order and layout. */
import { canonicalNames, requiredHeaders } from "../canonical.ts"
import { mutations, show, type Case, type Mutation } from "./mutation.ts"

const without = <A>(values: Iterable<A>, value: A): ReadonlyArray<A> =>
  Array.from(new Set(values)).filter((other) => other !== value)

const types = ["application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
const charsets = ["", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8"]
const contentTypes = [...types.flatMap((type) => charsets.map((charset) => `${type}${charset}`)), ""]

const contentType = ({ captured, right }: Case): ReadonlyArray<Mutation> => {
  if (!right.names.includes("content-type")) return []
  const sent = captured.headers.get("content-type")
  return mutations(without([...(sent === undefined ? [] : [sent]), ...contentTypes], right.contentType), (signed) => ({
    step: "content-type",
    name: "ContentType",
    message:
      signed === sent
        ? `Signed with the Content-Type ${show(signed)} as it is spelt. Sign its value in lower case.`
        : `Signed with the Content-Type ${show(signed)}, sent ${sent === undefined ? "without one" : `with ${show(sent)}`}. Sign what is sent.`,
    change: { contentType: signed }
  }))
}

const products = ["hunyuan", "ai3d"]

const otherHosts = ({ captured, right }: Case): ReadonlyArray<string> => {
  const { authorization, headers, request } = captured
  const { host } = right
  const bare = host.replace(/:[0-9]*$/, "")
  const services = [authorization.service ?? "hunyuan", ...products]
  const region = headers.get("x-tc-region")
  const regions = ["intl.", "", ...(region === undefined ? [] : [`${region}.`])]
  return [
    bare,
    `${bare}:443`,
    `${host}/`,
    request.host.trim(),
    headers.get("x-forwarded-host") ?? bare,
    ...services.flatMap((service) => regions.map((region) => `${service}.${region}tencentcloudapi.com`)),
    `${bare}:80`,
    `https://${host}`,
    `https://${host}/`,
    `http://${host}`,
    "localhost",
    "127.0.0.1",
    ""
  ]
}

const host = (the: Case): ReadonlyArray<Mutation> =>
  the.right.names.includes("host")
    ? mutations(without(otherHosts(the), the.right.host), (signed) => ({
        step: "host",
        name: "Host",
        message: `Signed for the host ${show(signed)}, sent to ${show(the.right.host)}. Sign the Host header as it is sent.`,
        change: { host: signed }
      }))
    : []

/** Values whose capital letters were signed. */
const letters = ({ captured: { headers }, right }: Case): ReadonlyArray<Mutation> => {
  const capital = right.names.filter((name) => headers.get(name) !== headers.get(name)?.toLowerCase())
  const action = headers.get("x-tc-action") ?? ""
  return [
    ...(capital.includes("x-tc-action")
      ? mutations([action], () => ({
          step: "action",
          name: "ActionCase",
          message: `Signed with the action ${show(action)}. The value of \`x-tc-action\` must be signed in lower case.`,
          change: { action }
        }))
      : []),
    ...(capital.length > 1
      ? mutations([capital], () => ({
          step: "header values",
          name: "HeaderValuesCase",
          message: `Signed with the capital letters of the values of ${show(capital.join(";"))}. Sign values in lower case.`,
          change: {
            values: headers,
            contentType: headers.get("content-type") ?? "",
            host: headers.get("host") ?? "",
            action
          }
        }))
      : [])
  ]
}

const permutations = (names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  names.length < 2
    ? [names]
    : names.flatMap((first) => permutations(names.filter((name) => name !== first)).map((rest) => [first, ...rest]))

const maxPermuted = 4

/** Other names, or another order of them: written in both places, in the header lines only, in the list only. */
const inPlaces = (
  all: ReadonlyArray<ReadonlyArray<string>>,
  mistake: (names: ReadonlyArray<string>) => Pick<Mutation, "step" | "name" | "message">
): ReadonlyArray<Mutation> => [
  ...all.map((names) => ({ ...mistake(names), change: { names, listed: names } })),
  ...all.map((names) => ({ ...mistake(names), change: { names } })),
  ...all.map((names) => ({ ...mistake(names), change: { listed: names } }))
]

const orders = ({ captured, right: { names } }: Case): ReadonlyArray<Mutation> => {
  const rightOrder = names.join(";")
  const sent = captured.authorization.signedHeaders.split(";").map((name) => name.trim().toLowerCase())
  const others = [
    sent,
    ["host", ...names.filter((name) => name !== "host")],
    ...(names.length > maxPermuted ? [names.toReversed()] : permutations(names))
  ].filter((order) => order.join(";") !== rightOrder)
  return inPlaces(others, (order) => ({
    step: "signed headers",
    name: "HeaderOrder",
    message:
      `Signed with the headers in the order ${show(order.join(";"))}. ` +
      `Sort the names, both in the header lines and in SignedHeaders: ${show(rightOrder)}.`
  }))
}

const otherSets = ({ captured, right }: Case): ReadonlyArray<Mutation> => {
  const present = [...captured.headers.keys()].filter((name) => name.startsWith("x-tc-"))
  const named = right.names.join(";")
  const sets = [
    requiredHeaders,
    [...requiredHeaders, "x-tc-action"],
    [...requiredHeaders, ...present],
    [...requiredHeaders, ...present.filter((name) => name !== "x-tc-token")],
    ["host"]
  ].map((names) => canonicalNames(names).join(";"))
  return inPlaces(
    without(sets, named).map((set) => set.split(";")),
    (names) => ({
      step: "signed headers",
      name: "SignedHeaders",
      message:
        `The Authorization header names the signed headers ${show(named)}, the canonical request was written with ` +
        `${show(names.join(";"))}. Write the same names in all three places.`
    })
  )
}

const capitals = (name: string): string =>
  name
    .split("-")
    .map((word) => (word === "tc" ? "TC" : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`))
    .join("-")

const spellings = ({ captured, right }: Case): ReadonlyArray<Mutation> => {
  const written = new Map(
    captured.authorization.signedHeaders.split(";").map((name) => [name.trim().toLowerCase(), name.trim()])
  )
  const ways = [
    capitals,
    (name: string) => captured.spellings.get(name) ?? name,
    (name: string) => written.get(name) ?? name,
    (name: string) => name.toUpperCase()
  ].filter((spelling) => right.names.some((name) => spelling(name) !== name))
  return ways.flatMap((spelling) =>
    [{ spelling }, { listedSpelling: spelling }, { spelling, listedSpelling: spelling }].map((change) => ({
      step: "spelling of names",
      name: "HeaderNamesCase",
      message: "Signed with capital letters in the names of headers. Write the names in lower case.",
      change
    }))
  )
}

const layouts: ReadonlyArray<Mutation> = [
  {
    step: "layout",
    name: "HeaderNewline",
    message:
      "Signed without the empty line after the header lines. Each header line ends with its newline, and an empty line " +
      "follows the last one.",
    change: { emptyLine: false }
  },
  {
    step: "layout",
    name: "HeaderSpaces",
    message: "Signed with a space after the colon of each header line. Write `name:value` without spaces.",
    change: { colon: ": " }
  },
  {
    step: "layout",
    name: "LineEnds",
    message: "Signed with `\\r\\n` between the lines. Write `\\n`.",
    change: { lineEnd: "\r\n" }
  },
  {
    step: "layout",
    name: "LineEnds",
    message: "Signed with a newline after the last line. Write none there.",
    change: { ending: "\n" }
  }
]

export const headerMistakes = (the: Case): ReadonlyArray<Mutation> => [
  ...contentType(the),
  ...host(the),
  ...letters(the),
  ...orders(the),
  ...otherSets(the),
  ...spellings(the),
  ...layouts
]
