/**
 * What `--dry-run` prints: the request as it would be sent, and what it costs. Images
 * are shown by their size and digest, and links without what grants access.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SignedLink from "../cloud/SignedLink.ts"
import { sha256, utf8 } from "../internal/sha256.ts"
import * as Credits from "../job/Credits.ts"
import type * as JobKind from "../job/JobKind.ts"
import { readEndpoint } from "./connection.ts"
import { checkMaxCredits, cost, type CostFlags } from "./cost.ts"
import type { Connection } from "./options.ts"
import { printLine, printTable } from "./print.ts"
import { result } from "./report.ts"

// Of the bytes before they were encoded, so that it is the digest of the file.
class ImageDigest {
  readonly size: number
  readonly sha256: string
  constructor(base64: string) {
    const bytes = Result.getOrElse(Base64.decode(base64), () => utf8(base64))
    this.size = bytes.length
    this.sha256 = sha256(bytes)
  }
}

const shown = (value: unknown, field = ""): unknown => {
  if (Array.isArray(value)) return value.map((item) => shown(item))
  if (Predicate.isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, nested]) => [name, shown(nested, name)]))
  }
  if (typeof value !== "string") return value
  return field.endsWith("Base64") ? new ImageDigest(value) : SignedLink.mapQueries(value, () => "?…")
}

/** One row for each value, named by its place such as `MultiViewImages.0.ViewType`. */
const rows = (value: unknown, place: ReadonlyArray<string> = []): ReadonlyArray<readonly [string, string]> => {
  if (value instanceof ImageDigest) {
    return [[place.join("."), `${ByteSize.format(ByteSize.bytes(value.size))}, sha256 ${value.sha256}`]]
  }
  if (!Predicate.isObject(value) && !Array.isArray(value)) return [[place.join("."), String(value)]]
  return Object.entries(value).flatMap(([name, nested]) => rows(nested, [...place, name]))
}

const range = ({ low, high }: Credits.Range) => (low === high ? `${low}` : `${low} to ${high}`)

const charges = ({ base, surcharges }: Credits.Estimate) => [
  ["base", `${base}`],
  ...surcharges.map((surcharge) => [surcharge.field, range(surcharge)])
]

/** Prints all of it, then refuses what the submission itself would refuse. */
export const showDryRun = Effect.fnUntraced(function* (
  kind: JobKind.Any,
  input: unknown,
  flags: Connection & CostFlags
) {
  const { region } = yield* readEndpoint(flags)
  const { action } = kind.submit
  const request = shown(yield* Effect.orDie(Schema.encodeUnknownEffect(kind.submit.input)(input)))
  const estimate = Credits.estimate(kind, input)
  const print = Effect.gen(function* () {
    yield* printLine(`${action} in ${region}. This is a dry run: nothing is sent.`)
    yield* printTable(["FIELD", "VALUE"], rows(request))
    if (Option.isSome(estimate)) yield* printTable(["CHARGE", "CREDITS"], charges(estimate.value))
    yield* printLine(cost(kind, input))
  })
  yield* result({ dryRun: true, request: { kind: kind.name, action, region, fields: request } }, print)
  yield* checkMaxCredits(kind, input, flags)
})
