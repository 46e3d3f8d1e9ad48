/** How requests are told apart: by what they are for, and not by what differs from one run to the next. */
import * as Option from "effect/Option"
import * as SignedLink from "../../../cloud/SignedLink.ts"
import type { Body } from "./body.ts"
import type { RecordedRequest } from "./cassette.ts"
import { withoutSecrets } from "./exchange.ts"
import { leaves, parse, type Leaf } from "./json.ts"

/** What is compared of a request, in order of importance; the values in the body as JSON. */
export type Fields = ReadonlyMap<string, string | undefined>

const bodyLeaves = ({ body, base64 }: Body): ReadonlyArray<Leaf> => {
  if (base64 !== undefined) return [["base64", base64]]
  if (body === undefined) return []
  return leaves(typeof body === "string" ? Option.getOrElse(parse(body), () => body) : body, "body")
}

export const fieldsOf = (request: RecordedRequest): Fields =>
  new Map([
    ["method", request.method],
    ["url", withoutSecrets(new URL(request.url))],
    ["action", request.action],
    ["version", request.version],
    ["region", request.region],
    ...bodyLeaves(request).map(([path, leaf]): [string, string] => [
      path,
      // A link is signed anew for each run.
      JSON.stringify(typeof leaf === "string" ? SignedLink.mapQueries(leaf, () => "") : leaf)
    ])
  ])

/** The same for equal requests, and for no others. */
export const keyOf = (fields: Fields): string => JSON.stringify([...fields])

/** The names of the fields in which two requests differ; of equal requests there are none. */
export const differences = (a: Fields, b: Fields): ReadonlyArray<string> =>
  [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name))

/** Such as `POST https://host/ (QueryHunyuanTo3DProJob)`. */
export const describe = ({ method, url, action }: RecordedRequest): string =>
  `${method} ${withoutSecrets(new URL(url))}${action === undefined ? "" : ` (${action})`}`
