import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answering, run } from "./run.ts"

describe("a completion script", () => {
  it.effect("proposes files, directories and choices in zsh and in fish", () =>
    Effect.gen(function* () {
      const zsh = (yield* run(["--completions", "zsh"])).stdout
      assert.match(zsh, /--image\[.*\]:file:_files'/)
      assert.match(zsh, /-i\[.*\]:file:_files'/)
      assert.match(zsh, /--view\[.*\]:file:_files'/)
      assert.match(zsh, /--request\[.*\]:file:_files'/)
      assert.match(zsh, /--out\[.*\]:directory:_directories'/)
      assert.match(zsh, /--kind\[.*\]:value:\(pro rapid smarttopology .*\)'/)
      const fish = (yield* run(["--completions", "FISH"])).stdout
      assert.match(fish, /-l image -s i .* -r -F$/m)
      assert.match(fish, /-l view .* -r -F$/m)
      assert.match(fish, /-l result-format .* -r -f -a 'OBJ GLB STL USDZ FBX MP4 GIF'$/m)
    }).pipe(Effect.provide(answering({})))
  )

  it.effect("proposes the flags that every command has", () =>
    Effect.gen(function* () {
      const fish = (yield* run(["--completions", "fish"])).stdout
      for (const command of ["generate", "download", "jobs"]) {
        for (const flag of ["json", "verbose", "log-level", "help"]) {
          assert.match(fish, new RegExp(`${command}.* -l ${flag} `))
        }
      }
    }).pipe(Effect.provide(answering({})))
  )

  it.effect("is for a shell that there is", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["--completions", "csh"])
      assert.match(stderr, /--completions: "csh"\. Expected: "bash" \| "zsh" \| "fish" \| "powershell"/)
      assert.strictEqual(code, 1)
    }).pipe(Effect.provide(answering({})))
  )
})
