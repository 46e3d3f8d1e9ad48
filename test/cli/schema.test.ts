import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { lineOf } from "./output.ts"
import { answering, run } from "./run.ts"

describe("hunyuan3d schema", () => {
  it.effect("prints a JSON Schema of what --json prints, which names each of its parts once", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["schema"])
      const schema = JSON.parse(stdout)
      assert.strictEqual(schema.$schema, "https://json-schema.org/draft/2020-12/schema")
      assert.deepStrictEqual(schema.required, ["version", "ok"])
      assert.includeMembers(Object.keys(schema.$defs), ["Credits", "Error", "File", "Job", "Ticket"])
      const references = [...stdout.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map(([, name = ""]) => name)
      assert.includeMembers(
        Object.keys(schema.$defs),
        references.map((name) => name.replaceAll("~1", "/"))
      )
      assert.strictEqual(code, 0)
    }).pipe(Effect.provide(answering({})))
  )

  it.effect("holds for the example in the documentation", () =>
    Effect.gen(function* () {
      const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8")
      const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? ""
      const { error } = yield* lineOf(example)
      assert.strictEqual(error?.code, "WaitTimeout")
    })
  )
})
