/** Opens an address in the browser of a person who sits at a terminal. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import { OfStderr } from "../capabilities.ts"

const variable = (name: string) =>
  Config.String(name).pipe(
    Config.withDefault(""),
    Effect.orElseSucceed(() => "")
  )

/** What opens an address on this system, if anything does. */
const openers = Effect.gen(function* () {
  if ((yield* variable("OS")) === "Windows_NT") return [["rundll32", "url.dll,FileProtocolHandler"]]
  const hasScreen = (yield* variable("DISPLAY")) !== "" || (yield* variable("WAYLAND_DISPLAY")) !== ""
  // A Mac has no such variable, and `open` of another system opens no addresses.
  return hasScreen ? [["xdg-open"]] : (yield* variable("__CFBundleIdentifier")) === "" ? [] : [["open"]]
})

/** Tries to, and tells whether a browser was started. */
export const openBrowser = Effect.fnUntraced(function* (url: string) {
  // Not in CI, nor in a pipe.
  if (!(yield* OfStderr).canAnimate) return false
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  for (const [command = "", ...args] of yield* openers) {
    const code = yield* spawner
      .exitCode(ChildProcess.make(command, [...args, url], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }))
      .pipe(Effect.timeout("3 seconds"), Effect.option)
    if (code._tag === "Some" && code.value === 0) return true
  }
  return false
})
