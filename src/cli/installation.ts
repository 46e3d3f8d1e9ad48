/** What runs: the version of the program, and that of Node. `program.ts` and `main.ts` provide them. */
import * as Context from "effect/Context"

export const ProgramVersion = Context.Reference<string>("effect-hunyuan3d/cli/installation/ProgramVersion", {
  defaultValue: () => "unknown"
})

/** Where the built page of the workbench is. */
export const PageDirectory = Context.Reference<string>("effect-hunyuan3d/cli/installation/PageDirectory", {
  defaultValue: () => "dist/workbench"
})

/** Such as `24.21.0`. */
export const NodeVersion = Context.Reference<string>("effect-hunyuan3d/cli/installation/NodeVersion", {
  defaultValue: () => "unknown"
})
