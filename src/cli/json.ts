/** JSON that people write: what is wrong with it, and where. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { brokenAt } from "../internal/json.ts"
import { type Failure, usage } from "./failure.ts"

const parse = (text: string): unknown => JSON.parse(text)

const broken = (text: string): string => {
  const at = brokenAt(text)
  const lines = text.slice(0, at).split(/\r?\n/)
  const place = `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`
  const [rest = ""] = text.slice(at).split(/\r?\n/)
  return at === text.length
    ? `This is not JSON: it ends too soon, in ${place}. Complete it.`
    : `This is not JSON: the error is in ${place}, at ${JSON.stringify(rest.slice(0, 20))}. Correct it.`
}

const decodeObject = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Unknown))

/** Reads a JSON object. `typed` is the flag with its value, and `example` what it may hold. */
export const readObject = (
  typed: string,
  text: string,
  example: string
): Effect.Effect<Readonly<Record<string, unknown>>, Failure> =>
  Effect.try({ try: () => parse(text), catch: () => usage(`${typed}: ${broken(text)}`) }).pipe(
    Effect.flatMap((value) =>
      Option.match(decodeObject(value), {
        onNone: () => Effect.fail(usage(`${typed}: This is JSON, but no object. Give one such as ${example}.`)),
        onSome: Effect.succeed
      })
    )
  )
