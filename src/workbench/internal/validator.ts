/** What the Khronos validator says of a GLB. It is large, and loaded when it is first needed. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ModelFacts } from "../Api.ts"

const severities = ["error", "warning", "info", "hint"] as const

const Report = Schema.Struct({
  validatorVersion: Schema.String,
  issues: Schema.Struct({
    numErrors: Schema.Finite,
    numWarnings: Schema.Finite,
    numInfos: Schema.Finite,
    messages: Schema.Array(Schema.Struct({ severity: Schema.Finite, code: Schema.String, message: Schema.String }))
  })
})

/** Nothing where it cannot say anything, such as of bytes that are no GLB at all. */
export const validate = (bytes: Uint8Array): Effect.Effect<ModelFacts["validator"]> =>
  Effect.tryPromise(async () => {
    const { default: validator } = await import("gltf-validator")
    return validator.validateBytes(bytes, { format: "glb", maxIssues: 100, writeTimestamp: false })
  }).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(Report)),
    Effect.map(({ issues, validatorVersion }) => ({
      version: validatorVersion,
      errors: issues.numErrors,
      warnings: issues.numWarnings,
      infos: issues.numInfos,
      messages: issues.messages.map(({ code, message, severity }) => ({
        severity: severities[severity] ?? "hint",
        code,
        message
      }))
    })),
    Effect.orElseSucceed(() => undefined)
  )
