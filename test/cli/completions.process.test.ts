/** What a real bash makes of the completion script. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { quoted } from "../../src/internal/shell.ts"
import { answering, run } from "./run.ts"

/** One shell completes the last word of each command line. */
const completed = (script: string, cwd: string, lines: ReadonlyArray<string>) =>
  execFileSync(
    "bash",
    ["--norc", "-c", [script, ...lines.flatMap((line) => [...completing(line.split(" ")), "echo"])].join("\n")],
    { cwd, encoding: "utf8" }
  )
    .trimEnd()
    .split("\n")
    .map((line) => line.trim())

const completing = (words: ReadonlyArray<string>) => [
  `COMP_WORDS=(${words.map(quoted).join(" ")}) COMP_CWORD=${words.length - 1}`,
  `COMP_LINE=${quoted(words.join(" "))} COMP_POINT=${words.join(" ").length}`,
  `_hunyuan3d hunyuan3d ${quoted(words.at(-1) ?? "")} ${quoted(words.at(-2) ?? "")}`,
  `printf '%s ' "\${COMPREPLY[@]}"`
]

describe("the completion script for bash", () => {
  it.live("completes commands, flags, files, directories and choices", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["--completions", "bash"])
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), "hunyuan3d-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => fs.rmSync(directory, { recursive: true })))
      fs.writeFileSync(path.join(directory, "teapot.png"), "")
      fs.mkdirSync(path.join(directory, "textures"))
      const cases: ReadonlyArray<readonly [string, string]> = [
        ["hunyuan3d gen", "generate"],
        ["hunyuan3d help for", "forget"],
        ["hunyuan3d generate --ima", "--image"],
        ["hunyuan3d generate --image te", "teapot.png textures"],
        ["hunyuan3d generate -i teap", "teapot.png"],
        ["hunyuan3d submit --request tea", "teapot.png"],
        ["hunyuan3d generate --out te", "textures"],
        ["hunyuan3d download -o te", "textures"],
        ["hunyuan3d generate -k smart", "smarttopology"],
        ["hunyuan3d wait 1 --transport f", "fake"],
        ["hunyuan3d generate --transport re", "replay: record:"],
        ["hunyuan3d generate --model ", "3.0 3.1"],
        ["hunyuan3d generate --generate-type S", "Sketch"],
        ["hunyuan3d generate --result-format G", "GLB GIF"]
      ]
      assert.deepStrictEqual(
        completed(
          stdout,
          directory,
          cases.map(([line]) => line)
        ),
        cases.map(([, words]) => words)
      )
      // Bash completes files by itself where the script proposes nothing: behind `left=` and `replay:`.
      assert.match(stdout, /^complete -o default -F _hunyuan3d hunyuan3d$/m)
    }).pipe(Effect.provide(answering({})))
  )
})
