/** `hunyuan3d schema`: the JSON Schema of what `--json` prints. */
import * as Command from "effect/cli/Command"
import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { Output } from "./output.ts"
import { printJson } from "./print.ts"
import { result } from "./report.ts"

/** In draft 2020-12. */
export const jsonSchema = (): JsonSchema.JsonSchema => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(Output)
  return { $schema: JsonSchema.META_SCHEMA_URI_DRAFT_2020_12, ...schema, $defs: definitions }
}

export const schema = Command.make("schema", {}, () => {
  const schema = jsonSchema()
  return result({ schema }, printJson(schema))
}).pipe(
  Command.withDescription("Print the JSON Schema of the object that every command prints with --json."),
  Command.withExamples([{ command: "hunyuan3d schema > hunyuan3d.schema.json", description: "Into a file" }])
)
