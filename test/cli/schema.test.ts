import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { outcome } from "../../src/cli/outcome.ts"
import { Output } from "../../src/cli/output.ts"
import * as Job from "../../src/job/Job.ts"
import { jsonValue } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"
import { lineOf } from "./output.ts"
import { answering, run } from "./run.ts"

const id = Job.JobId.make("1375367755519696896")

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

const said = fc.option(fc.string({ unit: "binary" }), { nil: undefined })

describe("what --json prints of a job", () => {
  property(
    "holds to the schema, whatever the service says",
    [
      fc.record({
        Status: fc.oneof(fc.constantFrom("WAIT", "RUN", "DONE", "FAIL"), fc.string()),
        ErrorCode: said,
        ErrorMessage: said,
        ResultFile3Ds: fc.option(
          fc.array(fc.record({ Type: said, Url: said, PreviewImageUrl: said, More: jsonValue() }))
        ),
        ResultCreditConsumed: jsonValue(),
        ResultCreditDetails: jsonValue(),
        More: jsonValue(),
        RequestId: fc.string()
      })
    ],
    (response) =>
      Effect.gen(function* () {
        const text = JSON.stringify(response)
        const job = Job.fromResponse(id, yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Job.Response))(text))
        const output = { version: 1, ...outcome({ job }, undefined) } as const
        const { job: printed } = yield* lineOf(JSON.stringify(yield* Schema.encodeEffect(Output)(output)))
        assert.strictEqual(printed?.status, response.Status)
      })
  )
})
