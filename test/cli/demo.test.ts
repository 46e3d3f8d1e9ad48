import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import { answering, run, start, visible } from "./run.ts"

const temporaryDirectory = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

const Services = Layer.merge(answering({}), NodeFileSystem.layer)

/** Runs the demo to its end. */
const shown = Effect.fnUntraced(function* (
  args: ReadonlyArray<string> = [],
  options: Parameters<typeof start>[1] = {},
  directory?: string
) {
  const showing = yield* start(["demo", ...args, "--out", directory ?? (yield* temporaryDirectory)], {
    env: {},
    ...options
  })
  yield* showing.prints(/Submitted/)
  yield* TestClock.adjust("1 second")
  yield* TestClock.adjust("9 seconds")
  return yield* showing.ended
})

describe("hunyuan3d demo", () => {
  it.effect("shows the way from WAIT to DONE in under 10 seconds and ends with the files, without an account", () =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* shown()
      assert.match(stderr, /^Submitted job \d+\.\n.* WAIT .*\n.* RUN .*\n.* DONE .*\n$/)
      assert.match(stdout, /^Prompt: a brass teapot\n.*no account, no network, nothing to pay\.\nFILE +SIZE\n/)
      assert.match(stdout, /\n\S+-glb\.glb +[\d.]+ KiB\n/)
      assert.match(stdout, /\n\S+-glb-preview\.png +[\d.]+ KiB\n/)
      assert.match(stdout, /\nCredits: \d+\n/)
      assert.strictEqual(code, 0)
    }).pipe(Effect.provide(Services))
  )

  it.effect("says how to look at the model, and how to make the same one for real and at what price", () =>
    Effect.gen(function* () {
      const { stdout } = yield* shown(["--prompt", "it's a red rocket"])
      assert.match(stdout, /\nTo look at it: +hunyuan3d open \S+-glb\.glb\n/)
      assert.include(stdout, "hunyuan3d generate 'it'\\''s a red rocket' --out models\n")
      assert.match(stdout, /TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY .* 25 credits, USD/)
    }).pipe(Effect.provide(Services))
  )

  it.effect("names commands as they are typed where npm started it", () =>
    Effect.gen(function* () {
      const env = { npm_lifecycle_event: "start", npm_package_name: "effect-hunyuan3d" }
      const { stdout } = yield* shown([], { env })
      assert.match(stdout, /npm run -s hunyuan3d -- open \S+-glb\.glb\n/)
      const { stdout: byNpx } = yield* shown([], { env: { npm_lifecycle_event: "npx" } })
      assert.match(byNpx, /npx hunyuan3d open \S+-glb\.glb\n/)
    }).pipe(Effect.provide(Services))
  )

  const pictures = [
    { terminal: "Kitty", env: { KITTY_WINDOW_ID: "1" }, shows: /␛_Ga=T,f=100,c=40,m=[01];iVBOR/ },
    { terminal: "Ghostty", env: { TERM: "xterm-ghostty" }, shows: /␛_Ga=T,f=100,c=40,m=[01];iVBOR/ },
    { terminal: "iTerm2", env: { TERM_PROGRAM: "iTerm.app" }, shows: /␛\]1337;File=inline=1;width=40;.*:iVBOR/ },
    { terminal: "WezTerm", env: { TERM_PROGRAM: "WezTerm" }, shows: /␛\]1337;File=inline=1;width=40;.*:iVBOR/ }
  ]
  for (const { env, shows, terminal } of pictures) {
    it.effect(`shows the picture in ${terminal}`, () =>
      Effect.gen(function* () {
        const { stdout } = yield* shown([], { env, isTerminal: true })
        assert.match(visible(stdout), shows)
        assert.notInclude(stdout, "A picture of it:")
      }).pipe(Effect.provide(Services))
    )
  }

  const noPictures = [
    { where: "a terminal that shows none", options: { env: { TERM: "xterm-256color" }, isTerminal: true } },
    { where: "tmux", options: { env: { TERM_PROGRAM: "iTerm.app", TMUX: "/tmp/tmux" }, isTerminal: true } },
    { where: "a pipe", options: { env: { KITTY_WINDOW_ID: "1" } } }
  ]
  for (const { options, where } of noPictures) {
    it.effect(`names the picture in ${where}`, () =>
      Effect.gen(function* () {
        const { stdout } = yield* shown([], options)
        assert.match(stdout, /\nA picture of it: +\S+-preview\.png\n/)
        assert.notMatch(visible(stdout), /␛_G|␛\]1337/)
      }).pipe(Effect.provide(Services))
    )
  }

  it.effect("says when it is interrupted that nothing goes on, and nothing that is true of a real job only", () =>
    Effect.gen(function* () {
      const showing = yield* start(["demo", "--out", yield* temporaryDirectory], { env: {} })
      yield* showing.prints(/WAIT/)
      yield* showing.stop
      const { code, stderr } = yield* showing.ended
      assert.match(
        stderr,
        /WAIT .*\nInterrupted\. The fake ended with this program, and its job too\. There is nothing to pay\.\n$/
      )
      assert.strictEqual(code, 130)
    }).pipe(Effect.provide(Services))
  )

  it.effect("refuses a prompt that the service would refuse", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["demo", "--prompt", "", "--out", yield* temporaryDirectory], { env: {} })
      assert.match(stderr, /--prompt: Make the prompt 1 to 1024 Unicode characters long\./)
      assert.strictEqual(code, 1)
    }).pipe(Effect.provide(Services))
  )
})
