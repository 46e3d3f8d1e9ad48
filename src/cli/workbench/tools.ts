/** The tools of the workbench, until theirs are merged: kinds without fields, and no signatures. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as JobKind from "../../job/JobKind.ts"
import { Refused } from "../../workbench/Api.ts"
import { Tools } from "../../workbench/Tools.ts"

const notYet = new Refused({ code: "Client.NotYet", message: "This tool is not there yet." })

export const layer: Layer.Layer<Tools> = Layer.succeed(Tools, {
  kinds: JobKind.all.map((kind) => ({
    name: kind.name,
    flag: kind.name.toLowerCase(),
    description: kind.name,
    submit: kind.submit.action,
    query: kind.query.action,
    tasksAtOnce: kind.tasksAtOnce,
    fields: [
      {
        path: "Prompt",
        type: "text" as const,
        required: false,
        description: "What to make, in words.",
        maxLength: 1024
      }
    ],
    rules: [],
    example: { Prompt: "a brass teapot" }
  })),
  codes: [],
  sign: () => Effect.fail(notYet),
  compare: () => Effect.fail(notYet),
  code: () => []
})
