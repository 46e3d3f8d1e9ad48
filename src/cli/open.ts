/** `hunyuan3d open`: the workbench with a model or a job. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { loadWorkbench } from "./load.ts"
import { kindFlag } from "./options.ts"
import { folderFlag, workbenchFlags } from "./workbench/flags.ts"

export const open = Command.make(
  "open",
  {
    what: Argument.String("FILE|JobId").pipe(
      Argument.withDescription(
        "A model of the disk, such as teapot.glb, or the id of a job, whose files are downloaded"
      )
    ),
    kind: kindFlag,
    ...workbenchFlags,
    out: folderFlag
  },
  Effect.fnUntraced(function* ({ kind, what, ...flags }) {
    const { openWhat } = yield* loadWorkbench
    yield* openWhat(what, kind, flags)
  })
).pipe(
  Command.withDescription("Look at a model in the browser: a file, or the result of a job."),
  Command.withExamples([
    { command: "hunyuan3d open models/teapot.glb", description: "A file" },
    { command: "hunyuan3d open 1375367755519696896", description: "What a job made" }
  ])
)
