/** How this program was started, for the commands that a beginner is told to type next. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"

/** `hunyuan3d`, or what npm needs before it: it names the script that it runs. */
export const invocation: Effect.Effect<string> = Effect.gen(function* () {
  const script = yield* Config.String("npm_lifecycle_event").pipe(Config.withDefault(""))
  const project = yield* Config.String("npm_package_name").pipe(Config.withDefault(""))
  if (script === "npx") return "npx hunyuan3d"
  return project === "effect-hunyuan3d" && script !== "" ? "npm run -s hunyuan3d --" : "hunyuan3d"
}).pipe(Effect.orDie)
