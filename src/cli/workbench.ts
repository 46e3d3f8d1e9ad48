/** `hunyuan3d workbench`: a local page to generate, look at models, and see how calls are made. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { loadWorkbench } from "./load.ts"
import { folderFlag, workbenchFlags } from "./workbench/flags.ts"

export const workbench = Command.make(
  "workbench",
  { ...workbenchFlags, out: folderFlag },
  Effect.fnUntraced(function* (flags) {
    const { run } = yield* loadWorkbench
    yield* run(flags)
  })
).pipe(
  Command.withDescription(
    "Open a page on this machine: generate, follow jobs, look at models in 3D, see how calls are signed and sent."
  ),
  Command.withExamples([
    { command: "hunyuan3d workbench", description: "With your key, or on the fake if there is none" },
    { command: "hunyuan3d workbench --transport fake --out models", description: "Nothing to pay" }
  ])
)
