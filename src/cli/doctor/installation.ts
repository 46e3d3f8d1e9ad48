/** Whether Node runs this program. Its entry refuses what is older, so this is for whoever starts it otherwise. */
import * as Effect from "effect/Effect"
import { NodeVersion, ProgramVersion } from "../installation.ts"
import { ok, problem, warning } from "./check.ts"

export const installation = Effect.gen(function* () {
  const [major = Number.NaN, minor = 0] = (yield* NodeVersion).split(".").map(Number)
  const node = `Node ${yield* NodeVersion}`
  return [
    ok("program", `hunyuan3d ${yield* ProgramVersion}`),
    major > 22 || (major === 22 && minor >= 19)
      ? major % 2 === 0
        ? ok("node", node)
        : warning("node", `${node}, a version without long support`, "Use an even version, such as Node 24.")
      : problem("node", node, "Install Node 22.19 or newer.")
  ]
})
