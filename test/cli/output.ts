/** Reads what `--json` prints, and checks it with the schema of the program and with the JSON Schema that it prints. */
import { assert } from "@effect/vitest"
import { Effect, Schema, SchemaRepresentation } from "effect"
import { Output } from "../../src/cli/output.ts"
import { jsonSchema } from "../../src/cli/schema.ts"

const { $defs, $schema: _, ...schema } = jsonSchema()

// What stands there is what counts, so it goes through text.
const printedSchema = SchemaRepresentation.fromJsonSchemaDocument({
  dialect: "draft-2020-12",
  ...JSON.parse(JSON.stringify({ schema, definitions: $defs }))
})

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Output), { onExcessProperty: "error" })

export const lineOf = Effect.fnUntraced(function* (line: string) {
  assert.isTrue(Schema.is(printedSchema)(JSON.parse(line)), line)
  return yield* decode(line)
})

/** The one object of a run. */
export const outputOf = Effect.fnUntraced(function* (stdout: string) {
  assert.match(stdout, /^\{[^\n]*\}\n$/)
  return yield* lineOf(stdout)
})
